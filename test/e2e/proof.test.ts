import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadLab } from '../../src/harness/load-lab.ts';
import { proofList } from '../../src/harness/renderers/proof-list.ts';
import { proofProblems, verifyLab } from '../../src/harness/verify-lab.ts';
import { openLabRoom, projectRoot } from '../support/lab-room.ts';

const labs = path.join(projectRoot, 'labs');
const ids = readdirSync(labs, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && /^\d\d-/.test(entry.name))
  .map(({ name }) => name)
  .sort();

it.each(ids)(
  'proves every check of %s by a real change, as its proof.md lists them',
  async (id) => {
    const room = await openLabRoom(7);
    try {
      const proof = await verifyLab(await loadLab(path.join(labs, id, 'lab.ts')), { ...room.options, onEvent: () => {} });
      expect(proofProblems(proof)).toEqual([]);
      expect(proof.proven).toBe(proof.checks);
      expect(proofList(proof)).toBe(await readFile(path.join(labs, id, 'proof.md'), 'utf8'));
    } finally {
      await room.close();
    }
  },
  180_000,
);
