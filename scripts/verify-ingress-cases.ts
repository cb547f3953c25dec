/** Fails when a row of `test/ingress/cases.ts` has no test. */
import path from 'node:path';
import { INGRESS_CASES } from '../test/ingress/cases.ts';
import { untestedCases } from '../test/ingress/untested-cases.ts';

const missing = await untestedCases(path.resolve(import.meta.dirname, '..'));
for (const line of missing) console.error(line);
if (missing.length > 0) process.exitCode = 1;
else console.log(`${INGRESS_CASES.length} cases of the ingress data plane: none lacks a test.`);
