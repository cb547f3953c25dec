import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Lab } from './lab.ts';
import { shownAction } from './run-action.ts';
import { packageVersion } from './shipped-file.ts';

type ShownContext = Parameters<typeof shownAction>[1] & { workingDirectory: string };

/**
 * What the state of a cluster at the start of a step depends on, as 10 hexadecimal digits: the commands of the steps before it, the files
 * that they name, and the version of this program.
 */
export async function stepHash(lab: Lab, index: number, ctx: ShownContext): Promise<string> {
  const hash = createHash('sha256').update(`${packageVersion()}\n${lab.id}\n`);
  for (const { id, run, solve } of lab.steps.slice(0, index)) {
    hash.update(`${id}\n`);
    for (const action of [...run, ...(solve ?? [])]) {
      // Files count by what they hold: from another folder they have another path.
      for (const word of shownAction(action, ctx).split(/[\s=]/))
        if (!word.includes('/') || !(await addFiles(hash, path.resolve(ctx.workingDirectory, word)))) hash.update(`${word}\n`);
    }
  }
  return hash.digest('hex').slice(0, 10);
}

/** Adds what the file or folder holds; `false` when there is none. */
async function addFiles(hash: { update(data: string | Buffer): unknown }, file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return false;
  if (found.isFile()) hash.update(await readFile(file));
  if (!found.isDirectory()) return true;
  for (const name of (await readdir(file)).sort()) {
    hash.update(`${name}\n`);
    await addFiles(hash, path.join(file, name));
  }
  return true;
}
