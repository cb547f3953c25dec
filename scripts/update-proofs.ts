/** Rewrites labs/NN-name/proof.md: each check and the real change that makes it fail. Fails when a check cannot fail. */
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadLab } from '../src/harness/load-lab.ts';
import { proofList } from '../src/harness/renderers/proof-list.ts';
import { proofProblems, verifyLab } from '../src/harness/verify-lab.ts';
import { openLabRoom } from '../test/support/lab-room.ts';

const wanted = process.argv.slice(2);
const ids = (await readdir('labs', { withFileTypes: true }))
  .filter(
    (entry) =>
      entry.isDirectory() && /^\d\d-/.test(entry.name) && (wanted.length === 0 || wanted.some((word) => entry.name.startsWith(word))),
  )
  .map(({ name }) => name)
  .sort();
for (const id of ids) {
  const lab = await loadLab(path.resolve('labs', id, 'lab.ts'));
  const room = await openLabRoom(1);
  try {
    const proof = await verifyLab(lab, {
      ...room.options,
      onEvent: (event) => {
        if (event.type === 'check-failed') console.error(JSON.stringify(event.result));
      },
    });
    const problems = proofProblems(proof);
    for (const problem of problems) console.error(`${id}: ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
    else await writeFile(path.join('labs', id, 'proof.md'), proofList(proof));
    console.log(`${id}: ${proof.proven} of ${proof.checks} checks proven`);
  } finally {
    await room.close();
  }
}
process.exit();
