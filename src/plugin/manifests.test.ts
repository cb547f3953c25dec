import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readManifests } from './manifests.ts';
import type { PluginHost } from './plugin-host.ts';

const host = { readFile: (file: string) => readFile(file, 'utf8') } as PluginHost;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'manifests-'));
  await writeFile(path.join(folder, 'two.yaml'), 'kind: Rollout\n---\n---\nkind: Service\n');
  await writeFile(path.join(folder, 'words.yaml'), 'hello\n');
  await writeFile(path.join(folder, 'torn.yaml'), 'kind: [\n');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('reads every object of a file and skips empty documents', async () => {
  expect((await readManifests(host, path.join(folder, 'two.yaml'))).map(({ kind }) => kind)).toEqual(['Rollout', 'Service']);
});

it.each([
  ['gone.yaml', 'open DIR/gone.yaml: no such file or directory'],
  ['.', 'read DIR: is a directory'],
  ['two.yaml/x', 'open DIR/two.yaml/x: not a directory'],
])('says in the words of the Go program why "%s" cannot be read', async (name, message) => {
  const error = (await readManifests(host, path.join(folder, name)).catch((thrown: unknown) => thrown)) as {
    code: string;
    message: string;
  };
  expect([error.code, error.message.replaceAll(folder, 'DIR')]).toEqual(['MANIFEST_UNREADABLE', message]);
});

it.each([
  ['words.yaml', /words\.yaml: Object 'Kind' is missing$/],
  ['torn.yaml', /torn\.yaml: .* at line 2, column 1/],
])('names the file that holds no manifests: %s', async (name, message) => {
  await expect(readManifests(host, path.join(folder, name))).rejects.toThrow(message);
});
