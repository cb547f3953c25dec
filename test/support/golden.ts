import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';

/** What differs between two runs, in the order in which it is replaced. */
const REPLACED: [RegExp, string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/canary-lab:\/\/[0-9a-f]{64}/g, 'canary-lab://CONTAINER'],
  [/\bkube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-SUFFIX'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \w+/g, 'TIME'],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \w+ +\d+ \d\d:\d\d:\d\d \d{4}/g, 'TIME'],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w+ \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/\b10\.\d+\.\d+\.\d+\b/g, 'IP'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-HASH-POD'],
  [/(?<=[-=: '"(])[bcdfghjklmnpqrstvwxz2456789]{8,10}\b(?=[',"\s.)-]|$)/gm, 'HASH'],
  [/(?<=Resource Version:\s+)\d+/g, 'VERSION'],
  [/(?<=[ (])(\d+[dhms])+(?=[ )\n]|$)/gm, 'AGE'],
];

/** The output with names, times, hashes and addresses replaced, columns set to single spaces and trailing blanks removed. */
export function normalized(output: string): string {
  let text = output;
  for (const [pattern, word] of REPLACED) text = text.replace(pattern, word);
  return `${text
    .split('\n')
    .map((line) => line.replace(/(?<=\S)(?:[ \t]*\t[ \t]*| {2,})/g, '  ').trimEnd())
    .join('\n')
    .trimEnd()}\n`;
}

/** Compares with a file of `test/e2e/golden`; with UPDATE_GOLDEN=1 in the environment the file is written instead. */
export async function expectGolden(name: string, output: string): Promise<void> {
  const file = path.resolve(import.meta.dirname, '../e2e/golden', `${name}.txt`);
  const actual = normalized(output);
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, actual);
  expect(actual).toBe(await readFile(file, 'utf8'));
}
