/** Fails when a transcript in a README is not what a run prints today (hashes, durations and counts aside). */
import { readFile } from 'node:fs/promises';
import { comparable, READMES, readmeWith, runTranscript } from './readme-transcript.ts';

for (const { file, lang } of READMES) {
  const written = comparable(await readFile(file, 'utf8'));
  const today = comparable(await readmeWith(file, await runTranscript(lang)));
  if (written === today) {
    console.log(`${file} shows what a run prints.`);
    continue;
  }
  const at = written.split('\n').findIndex((line, index) => line !== today.split('\n')[index]);
  console.error(
    `${file} differs from a run at line ${at + 1}:\n  written: ${written.split('\n')[at]}\n  today:   ${today.split('\n')[at]}\nNext: node bin/launch.js scripts/update-readme.ts`,
  );
  process.exitCode = 1;
}
