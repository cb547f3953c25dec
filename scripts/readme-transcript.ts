import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import lab from '../labs/02-automated-canary/lab.ts';

export const READMES: readonly { file: string; lang: 'en' | 'ko' }[] = [
  { file: 'README.md', lang: 'en' },
  { file: 'README.ko.md', lang: 'ko' },
];
const SHOWN_STEP = 'set-image';
const REGION = /(<!-- transcript -->\n)[\s\S]*?(<!-- \/transcript -->)/;

/** What the READMEs show: one step of lab 02 and the last line, from a real run in an empty folder. */
export async function runTranscript(lang: 'en' | 'ko'): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'readme-'));
  try {
    const { stdout, stderr } = await execa(process.execPath, [path.resolve('bin/canary-lab.js'), 'lab', '--lang', lang, '--seed', '1'], {
      cwd: folder,
      env: { NO_COLOR: '1', CI: 'true' },
    });
    const lines = stderr.split('\n');
    const isHeading = (line: string): boolean => /^(Step \d+ of \d+|\d+단계 중 \d+단계): /.test(line);
    const { title } = lab.steps.find(({ id }) => id === SHOWN_STEP)!;
    const begin = lines.findIndex((line) => isHeading(line) && line.endsWith(`: ${title[lang]}`));
    const end = lines.findIndex((line, index) => index > begin && isHeading(line));
    if (begin < 0 || end < 0) throw new Error(`Step "${SHOWN_STEP}" was not found in the output of the lab.`);
    const shown = [...lines.slice(begin, end), '…', stdout.trim().split('\n').at(-1)!];
    return shown
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function readmeWith(file: string, transcript: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  if (!REGION.test(text)) throw new Error(`${file} has no place for the transcript.`);
  return text.replace(REGION, (_, open: string, close: string) => `${open}\n\`\`\`text\n${transcript}\n\`\`\`\n\n${close}`);
}

/** The transcript with what differs between two runs replaced: hashes, Pod names, counts of requests, durations. */
export function comparable(text: string): string {
  return text
    .replace(/\b[bcdfghjklmnpqrstvwxz2456789]{8,10}(-[bcdfghjklmnpqrstvwxz2456789]{5})?\b/g, 'HASH')
    .replace(/\b\d+(?:\.\d+)? ?(?:s|초)(?=\W|$)/g, 'DURATION')
    .replace(/(HASH) \d+/g, '$1 N')
    .replace(/(\d+) failed of \d+/g, '$1 failed of N')
    .replace(/\d+개 중 (\d+)개/g, 'N개 중 $1개');
}
