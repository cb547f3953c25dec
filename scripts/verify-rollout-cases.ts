/** Fails when a fact of `test/rollouts/cases.ts` has no test whose title states it. The list of tests is vitest's own. */
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { $ } from 'zx';
import { CASES } from '../test/rollouts/cases.ts';

const file = path.join(tmpdir(), `rollout-tests-${process.pid}.json`);
await $({ quiet: true, input: '' })`${process.execPath} node_modules/vitest/vitest.mjs list test/rollouts --json=${file}`;
const names = (JSON.parse(await readFile(file, 'utf8')) as { name: string }[]).map(({ name }) => name);
await rm(file);
// vitest lists titles as they are written, so a test is found by the key of its fact, wherever it stands in the name.
const missing = Object.entries(CASES).filter(([key]) => !names.some((name) => new RegExp(`\\bCASES\\.${key}\\b`).test(name)));
for (const [key, title] of missing) console.error(`no test for ${key}: ${title}`);
const titles = new Set(Object.values(CASES));
if (titles.size !== Object.keys(CASES).length) console.error('two cases have the same title');
if (missing.length > 0 || titles.size !== Object.keys(CASES).length || names.length === 0) process.exitCode = 1;
else console.log(`${titles.size} facts about Rollouts, ${names.length} tests: none is missing.`);
