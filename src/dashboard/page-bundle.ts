import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { LabError } from '../base/errors.ts';

export interface PageFile {
  bytes: Buffer;
  gzipped: Buffer | undefined;
  contentType: string /** Quoted, as in an ETag header. */;
  tag: string;
}

/** The built page by path below the root: `index.html`, `assets/…`. */
export type PageBundle = ReadonlyMap<string, PageFile>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

const pageSource = path.join(import.meta.dirname, 'page');
/** Where the published package carries the built page. */
const shipped = path.join(import.meta.dirname, 'page-built');

/**
 * The page, built. A published package has it beside this file; a checkout builds it at the first start, and again whenever the source has changed, into the
 * cache folder of node_modules. Rejects with `PAGE_NOT_BUILT` when the builder is not installed.
 */
export async function loadPage(cacheFolder: string): Promise<PageBundle> {
  return readBundle(existsSync(path.join(shipped, 'index.html')) ? shipped : await builtPage(cacheFolder));
}

async function builtPage(cacheFolder: string): Promise<string> {
  const folder = path.join(cacheFolder, await sourceHash());
  if (existsSync(path.join(folder, 'index.html'))) return folder;
  await buildPage(folder);
  for (const name of await readdir(cacheFolder))
    if (name !== path.basename(folder)) await rm(path.join(cacheFolder, name), { recursive: true, force: true });
  return folder;
}

/** Builds the page into `folder`, which appears only when it is complete. */
export async function buildPage(folder: string): Promise<void> {
  // Two that build at the same time use folders of their own; the first one's result stays.
  const unfinished = `${folder}.${process.pid}.new`;
  await mkdir(path.dirname(folder), { recursive: true });
  try {
    const { build } = await import('vite').catch((cause: unknown) => {
      throw new LabError('PAGE_NOT_BUILT', "The dashboard's page is not built, and its builder is not installed.", {
        cause,
        next: 'npm ci --include=dev',
      });
    });
    await build({
      configFile: false,
      root: pageSource,
      base: './',
      logLevel: 'silent',
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      build: {
        outDir: unfinished,
        emptyOutDir: true,
        target: 'es2022',
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
        reportCompressedSize: false,
      },
    });
    await rename(unfinished, folder).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(path.join(folder, 'index.html'))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  const files = [
    ...(await filesBelow(pageSource)).map((file) => path.join(pageSource, file)),
    path.join(import.meta.dirname, 'wire.ts'),
    import.meta.filename,
  ];
  for (const file of files) hash.update(path.basename(file)).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

async function readBundle(folder: string): Promise<PageBundle> {
  const bundle = new Map<string, PageFile>();
  for (const name of await filesBelow(folder)) {
    const bytes = await readFile(path.join(folder, name));
    const isSmall = bytes.length < 1024;
    bundle.set(name.replaceAll('\\', '/'), {
      bytes,
      gzipped: isSmall ? undefined : gzipSync(bytes),
      contentType: TYPES[path.extname(name)] ?? 'application/octet-stream',
      tag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`,
    });
  }
  return bundle;
}
