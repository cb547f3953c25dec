/** `npm run bench -- NAME [ARGS]`: runs one benchmark of this folder; without a name it lists them. Figures are medians of one run. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const names = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -3))
  .sort();
const name = process.argv[2] ?? '';
if (names.includes(name)) await import(pathToFileURL(path.join(import.meta.dirname, `${name}.ts`)).href);
else {
  console.error(`${name === '' ? 'Name a benchmark' : `There is no benchmark "${name}"`}: ${names.join(', ')}.`);
  process.exitCode = 2;
}
