/** Rewrites the transcripts in README.md and README.ko.md from real runs. */
import { writeFile } from 'node:fs/promises';
import { READMES, readmeWith, runTranscript } from './readme-transcript.ts';

for (const { file, lang } of READMES) await writeFile(file, await readmeWith(file, await runTranscript(lang)));
