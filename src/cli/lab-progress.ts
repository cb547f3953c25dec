import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { App } from './app.ts';

/** Where a learner stands, so that `--resume` can go on: `.canary-lab/progress.json`. */
export interface LabProgress {
  /** Path of the lab's file. */
  file: string;
  lab: string;
  step: string;
  /** Name of the kept cluster and the folder of its files. */
  cluster: string;
  folder: string;
  kubeconfig: string;
}

const fileOf = (app: App): string => path.join(app.folder.root, 'progress.json');

export async function writeProgress(progress: LabProgress, app: App): Promise<void> {
  await writeFile(fileOf(app), `${JSON.stringify(progress, null, 2)}\n`, { mode: 0o600 });
}

/** What was written last; `undefined` when nothing was, or when it cannot be read. */
export async function readProgress(app: App): Promise<LabProgress | undefined> {
  const text = await readFile(fileOf(app), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as LabProgress;
  } catch {
    return undefined;
  }
}

export async function forgetProgress(app: App): Promise<void> {
  await rm(fileOf(app), { force: true });
}
