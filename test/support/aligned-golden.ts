import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';

const LETTERS = '[bcdfghjklmnpqrstvwxz2456789]';

/** Hashes and the random ends of names replaced by as many letters, so that columns and trees stay as they are. */
function anonymous(output: string): string {
  return output
    .replace(new RegExp(`(?<=demo-)${LETTERS}{8,10}(?=[-\\s])`, 'g'), (hash) => 'h'.repeat(hash.length))
    .replace(new RegExp(`(?<=-)${LETTERS}{5}(?=\\s+Pod)`, 'g'), 'ppppp')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Compares with a file of `test/rollouts/golden`, layout included; with UPDATE_GOLDEN=1 in the environment the file is written. */
export async function expectAlignedGolden(name: string, output: string): Promise<void> {
  const file = path.resolve(import.meta.dirname, '../rollouts/golden', `${name}.txt`);
  const actual = anonymous(output);
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, actual);
  expect(actual).toBe(await readFile(file, 'utf8'));
}
