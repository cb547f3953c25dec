import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../base/errors.ts';
import type { App } from './app.ts';

export const DEFAULT_LAB = '02-automated-canary';

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Paths of the lab files that ship with the program, in the order of their numbers. */
export async function shippedLabFiles(app: App): Promise<string[]> {
  const labs = path.join(app.projectRoot, 'labs');
  const files: string[] = [];
  for (const folder of (await readdir(labs)).sort()) {
    // The compiled package carries .js files.
    for (const name of ['lab.ts', 'lab.js'])
      if (await exists(path.join(labs, folder, name))) {
        files.push(path.join(labs, folder, name));
        break;
      }
  }
  return files;
}

/**
 * The files that the words on the command line name: an id (`02-automated-canary`), its number (`02`), the path of a lab's
 * file or folder, or `all`. Throws `LAB_NOT_FOUND` with the labs that exist.
 */
export async function labFiles(words: readonly string[], app: App): Promise<string[]> {
  const shipped = await shippedLabFiles(app);
  const files: string[] = [];
  for (const word of words.length > 0 ? words : [DEFAULT_LAB]) {
    if (word === 'all') {
      files.push(...shipped);
      continue;
    }
    const byId = shipped.find((file) => {
      const id = path.basename(path.dirname(file));
      return id === word || id.split('-')[0] === word;
    });
    const asPath = path.resolve(app.workingDirectory, word);
    const byPath = /[\\/]|\.[jt]s$/.test(word) ? [path.join(asPath, 'lab.ts'), asPath] : [];
    const found = byId ?? (await firstExisting(byPath));
    if (found === undefined) {
      throw new LabError('LAB_NOT_FOUND', `There is no lab "${word}".`, {
        next: `Choose one of: ${shipped.map((file) => path.basename(path.dirname(file))).join(', ')}, or give the path of a lab file.`,
      });
    }
    files.push(found);
  }
  const once = [...new Set(files)];
  if (once.length < files.length) {
    const twice = [...new Set(files.filter((file, index) => files.indexOf(file) !== index))].map((file) =>
      path.basename(path.dirname(file)),
    );
    app.stderr.write(`Named more than once, run once: ${twice.join(', ')}\n`);
  }
  return once;
}

async function firstExisting(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (/\.[jt]s$/.test(file) && (await exists(file))) return file;
  return undefined;
}
