/**
 * Builds the published package into dist/: the sources compiled, and beside them what the program reads at run time, in the places that it has in a
 * checkout. Node does not strip types below node_modules, so no .ts file is loaded from there; the sample app's sources are there for its image.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { buildPage } from '../src/dashboard/page-bundle.ts';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const isSource = (file: string): boolean => /\.tsx?$/.test(file);

await rm(dist, { recursive: true, force: true });
const { exitCode, stdout, stderr } = await execa(path.join(root, 'node_modules', '.bin', 'tsc'), ['--project', 'tsconfig.build.json'], {
  cwd: root,
  reject: false,
});
if (exitCode !== 0) {
  console.error(`${stdout}\n${stderr}`.trim());
  process.exit(1);
}
for (const folder of ['labs', 'charts', 'kind', 'sample-app', 'bin']) {
  await cp(path.join(root, folder), path.join(dist, folder), {
    recursive: true,
    filter: (file) => !file.endsWith('.test.ts') && (folder !== 'labs' || !isSource(file)),
  });
}
await copyOthers(path.join(root, 'src'), path.join(dist, 'src'));
const { name, version, type } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Record<string, string>;
// The program looks for its files below the nearest package.json.
await writeFile(path.join(dist, 'package.json'), `${JSON.stringify({ name, version, type, private: true }, null, 2)}\n`);
await buildPage(path.join(dist, 'src', 'dashboard', 'page-built'));
console.log(`built ${name} ${version} into dist/`);

/** Files that are read at run time and are no sources; the page's own are in its bundle. */
async function copyOthers(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) {
      if (source !== path.join(root, 'src', 'dashboard', 'page')) await copyOthers(source, target);
      continue;
    }
    if (isSource(entry.name)) continue;
    await mkdir(to, { recursive: true });
    await cp(source, target);
  }
}
