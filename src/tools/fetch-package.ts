import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** A published package, pinned by what the registry says of its archive. */
export interface PinnedPackage {
  name: string;
  version: string;
  integrity: string;
}

/**
 * One file of a package that is not installed, fetched once with the user's own npm (its registry, proxy and certificates) into `cacheDirectory`: the archive alone,
 * none of what the package depends on. `undefined` when npm is missing or the package cannot be had. Throws when the archive is not the pinned one.
 */
export async function fetchPackageFile(
  pinned: PinnedPackage,
  member: string,
  cacheDirectory: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const target = path.join(cacheDirectory, `${path.basename(pinned.name)}-${pinned.version}-${path.basename(member)}`);
  if (
    await access(target).then(
      () => true,
      () => false,
    )
  )
    return target;
  await mkdir(cacheDirectory, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(path.join(cacheDirectory, 'fetch-'));
  try {
    const { execa } = await import('execa');
    const npm = await execa(
      'npm',
      ['pack', `${pinned.name}@${pinned.version}`, '--pack-destination', scratch, '--json', '--loglevel', 'error'],
      { cwd: scratch, env: { ...env }, extendEnv: false, reject: false, timeout: 180_000, stdin: 'ignore' },
    );
    if (npm.exitCode !== 0) return undefined;
    const archive = path.join(scratch, `${pinned.name.replace(/^@/, '').replace('/', '-')}-${pinned.version}.tgz`);
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (`sha512-${digest}` !== pinned.integrity)
      throw new Error(`the archive of ${pinned.name}@${pinned.version} is not the one that was pinned`);
    const unpacked = path.join(scratch, 'file');
    await unpack(archive, `package/${member}`, unpacked);
    await rename(unpacked, target);
    return target;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function unpack(archive: string, member: string, target: string): Promise<void> {
  const entries = extract();
  let isFound = false;
  entries.on('entry', (header, stream, next) => {
    if (header.name !== member) {
      stream.on('end', next);
      stream.resume();
      return;
    }
    isFound = true;
    pipeline(stream, createWriteStream(target)).then(() => next(), next);
  });
  await pipeline(createReadStream(archive), createGunzip(), entries);
  if (!isFound) throw new Error(`"${member}" is not in ${archive}`);
}
