/** Rewrites `docs/parity/api.md` from the conformance suite's lists. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parityPage } from '../test/conformance/parity-page.ts';

const file = path.join(import.meta.dirname, '../docs/parity/api.md');
await mkdir(path.dirname(file), { recursive: true });
await writeFile(file, parityPage());
