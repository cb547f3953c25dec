/** Rewrites the READMEs of the labs (or of those named) from their texts and a real run in each language. */
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadLab } from '../src/harness/load-lab.ts';
import { runLab } from '../src/harness/run-lab.ts';
import { openLabRoom } from '../test/support/lab-room.ts';
import { isTelling, labReadme } from './lab-readme.ts';

const wanted = process.argv.slice(2);
const ids = (await readdir('labs'))
  .filter((name) => /^\d\d-/.test(name) && (wanted.length === 0 || wanted.some((word) => name.startsWith(word))))
  .sort();
for (const id of ids) {
  const folder = path.resolve('labs', id);
  const lab = await loadLab(path.join(folder, 'lab.ts'));
  const room = await openLabRoom(1);
  try {
    const report = await runLab(lab, { ...room.options, onEvent: () => {} });
    if (report.outcome !== 'pass') throw new Error(`${id} does not pass.`);
    const outputs = new Map<string, string>();
    for (const [index, step] of lab.steps.entries()) {
      // Waiting for time to pass is no command of the report.
      const commands = [...report.steps[index]!.commands];
      for (const [number, action] of step.run.entries()) {
        const ran = action.do === 'time-passes' ? undefined : commands.shift();
        if (ran !== undefined && isTelling(action))
          outputs.set(`${step.id} ${number}`, ran.stdout.replaceAll(room.embedded.ingressUrl, 'http://127.0.0.1:8080'));
      }
    }
    await writeFile(path.join(folder, 'README.md'), labReadme(lab, 'en', folder, outputs));
    await writeFile(path.join(folder, 'README.ko.md'), labReadme(lab, 'ko', folder, outputs));
    console.log(`${id}: README.md, README.ko.md`);
  } finally {
    await room.close();
  }
}
process.exit();
