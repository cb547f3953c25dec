import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
let tree: string;
beforeEach(async () => {
  tree = await mkdtemp(path.join(tmpdir(), 'tree-'));
});
afterEach(async () => {
  await rm(tree, { recursive: true });
});

const verify = (cwd: string, folders: string[]) =>
  execa(process.execPath, [path.join(root, 'scripts/verify-boundaries.ts'), ...folders], { cwd, reject: false });

async function plant(files: Record<string, string>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.join(tree, path.dirname(file)), { recursive: true });
    await writeFile(path.join(tree, file), text);
  }
}

it('finds no import in this tree that breaks the table', async () => {
  const result = await verify(root, []);
  expect(result.stderr).toBe('');
  expect(result.exitCode).toBe(0);
  expect(Number(result.stdout.match(/^(\d+) modules/)?.[1])).toBeGreaterThan(200);
});

it.each([
  [
    'kube imports down',
    'a value',
    { 'src/kube/planted.ts': "import { run } from '../cli/run.ts';\nexport const x = run;\n", 'src/cli/run.ts': 'export const run = 1;\n' },
  ],
  [
    'kube imports down',
    'a type',
    {
      'src/kube/planted.ts': "import type { Run } from '../cli/run.ts';\nexport type X = Run;\n",
      'src/cli/run.ts': 'export type Run = 1;\n',
    },
  ],
  [
    'src/harness(?!/renderers) imports down',
    'a value',
    {
      'src/harness/planted.ts': "import { start } from '../embedded/cluster.ts';\nexport const x = start;\n",
      'src/embedded/cluster.ts': 'export const start = 1;\n',
    },
  ],
  [
    'labs imports down',
    'a value',
    { 'labs/01/lab.ts': "import { x } from '../../src/base/x.ts';\nexport default x;\n", 'src/base/x.ts': 'export const x = 1;\n' },
  ],
  [
    'no cycles',
    'a type',
    {
      'src/base/a.ts': "import type { B } from './b.ts';\nexport type A = B;\n",
      'src/base/b.ts': "import type { A } from './a.ts';\nexport type B = A;\n",
    },
  ],
])('breaks "%s" by an import of %s, and is refused', async (rule, _what, files) => {
  await plant(files as Record<string, string>);
  const result = await verify(tree, [...new Set(Object.keys(files).map((file) => file.split('/')[0]!))]);
  expect(result.stderr).toContain(rule);
  expect(result.exitCode).toBe(1);
});

it('fails when it reads no module at all', async () => {
  await mkdir(path.join(tree, 'src'));
  const result = await verify(tree, ['src']);
  expect(result.stderr).toContain('No module was read.');
  expect(result.exitCode).toBe(1);
});
