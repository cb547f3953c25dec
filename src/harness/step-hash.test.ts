import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { namespaces } from '../kube/resource-type.ts';
import type { Check } from './check.ts';
import { fieldCheck } from './checks/field-check.ts';
import { cmd, defineLab, type Lab, step } from './lab.ts';
import { stepHash } from './step-hash.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hash-'));
  await mkdir(path.join(folder, 'chart'));
  await writeFile(path.join(folder, 'chart', 'values.yaml'), 'replicas: 1\n');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const text = { en: 'A text', ko: '글' };
const namespaced = (id: string): Check =>
  fieldCheck({ id, title: text }, { resource: namespaces, key: { name: 'x' }, path: ['kind'], equals: '' });
const labOf = (...lines: string[][]): Lab =>
  defineLab({
    id: 'hashed',
    title: text,
    summary: text,
    steps: lines.map((words, index) =>
      step({ id: `s${index}`, title: text, say: text, run: [cmd('helm', words)], checks: [namespaced(`c${index}`)] }),
    ),
  });
const hashAt = (lab: Lab, index: number, workingDirectory = folder): Promise<string> =>
  stepHash(lab, index, { variables: {}, check: { ingressUrl: 'http://127.0.0.1:1' }, workingDirectory });

it('depends on the commands before the step, and not on its own or later ones', async () => {
  const before = await hashAt(labOf(['install', 'a'], ['install', 'b']), 1);
  expect(before).toMatch(/^[0-9a-f]{10}$/);
  expect(await hashAt(labOf(['install', 'a'], ['install', 'other']), 1)).toBe(before);
  expect(await hashAt(labOf(['install', 'other'], ['install', 'b']), 1)).not.toBe(before);
});

it('depends on what the files hold that a command names, and not on the folder from which they are named', async () => {
  const before = await hashAt(labOf(['install', './chart'], ['list']), 1);
  expect(await hashAt(labOf(['install', path.join(folder, 'chart')], ['list']), 1, tmpdir())).toBe(before);
  await writeFile(path.join(folder, 'chart', 'values.yaml'), 'replicas: 2\n');
  expect(await hashAt(labOf(['install', './chart'], ['list']), 1)).not.toBe(before);
});
