import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { parse } from 'yaml';

/** A chart as a repository serves it. */
export interface ChartArchive {
  /** Content of `Chart.yaml`. */
  metadata: { name: string; version: string; appVersion?: string; description?: string; [field: string]: unknown };
  /** `name-version.tgz`. */
  fileName: string;
  /** SHA-256 of `body` in hex. */
  digest: string;
  body: Buffer;
}

/** The same bytes for the same chart on every machine and day: entries are sorted and carry this time, and no owner. */
const ENTRY_TIME = new Date('2024-01-01T00:00:00Z');

async function filesBelow(directory: string, below = ''): Promise<string[]> {
  const entries = await readdir(path.join(directory, below), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map((entry) => {
      const relative = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(directory, relative) : [relative];
    }),
  );
  return nested.flat().sort();
}

/** Packs a chart's folder as `helm package` would, in memory. */
export async function packChart(directory: string): Promise<ChartArchive> {
  const names = await filesBelow(directory);
  const contents = await Promise.all(names.map((name) => readFile(path.join(directory, name))));
  const metadata = parse(contents[names.indexOf('Chart.yaml')]?.toString('utf8') ?? '') as ChartArchive['metadata'];
  const archive = pack();
  for (const [index, name] of names.entries())
    archive.entry({ name: `${metadata.name}/${name}`, mtime: ENTRY_TIME, mode: 0o644 }, contents[index]!);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  const body = await promisify(gzip)(Buffer.concat(chunks));
  // Byte 9 names the operating system that packed: 255 is "unknown".
  body[9] = 255;
  return { metadata, fileName: `${metadata.name}-${metadata.version}.tgz`, digest: createHash('sha256').update(body).digest('hex'), body };
}
