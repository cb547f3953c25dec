/** `npm run bench -- NAME [ARGS]`: runs one benchmark of this folder; without a name it lists them. Figures are medians of one run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CLUSTER_MEMORY_FLAGS } from '../src/embedded/memory-flags.ts';

/** What measures the memory of a cluster in its own process, which must then be one like the cluster's. */
const LIKE_A_CLUSTER = new Set(['scale', 'rollouts']);

const names = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -3))
  .sort();
const name = process.argv[2] ?? '';
if (LIKE_A_CLUSTER.has(name) && !CLUSTER_MEMORY_FLAGS.every((flag) => process.execArgv.includes(flag))) {
  const child = spawn(process.execPath, [...process.execArgv, ...CLUSTER_MEMORY_FLAGS, ...process.argv.slice(1)], { stdio: 'inherit' });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  process.exitCode = exitCode ?? 1;
} else if (names.includes(name)) await import(pathToFileURL(path.join(import.meta.dirname, `${name}.ts`)).href);
else {
  console.error(`${name === '' ? 'Name a benchmark' : `There is no benchmark "${name}"`}: ${names.join(', ')}.`);
  process.exitCode = 2;
}
