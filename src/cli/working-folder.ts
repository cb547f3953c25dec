import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Cleanup } from '../base/cleanup.ts';
import { LabError, messageOf } from '../base/errors.ts';
import { MADE_FILE } from '../cluster/made-file.ts';

/** `.canary-lab/` in the working directory: all that the program writes, readable by its user alone. */
export class WorkingFolder {
  readonly root: string;

  constructor(workingDirectory: string) {
    this.root = path.join(workingDirectory, '.canary-lab');
  }

  get cache(): string {
    return path.join(this.root, 'cache');
  }

  /** Home of a kept cluster. */
  cluster(name: string): string {
    return path.join(this.root, 'clusters', name);
  }
  get clusters(): string {
    return path.join(this.root, 'clusters');
  }

  /** The home of a new kept cluster with a name of its own: `lab-SUFFIX`. */
  async newKept(suffix: string): Promise<string> {
    const folder = this.cluster(`lab-${suffix}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Makes the folder. Throws `FOLDER_NOT_WRITABLE` (exit 2) when the working directory cannot be written. */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.root, { recursive: true, mode: 0o700 });
      await mkdir(this.cache, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new LabError('FOLDER_NOT_WRITABLE', `Cannot write below "${this.root}": ${messageOf(error)}.`, {
        cause: error,
        next: 'Change to a folder that you may write to.',
      });
    }
  }

  /**
   * A fresh folder for one run; its removal is registered in `cleanup` unless `keep`. It stays when it still tells of things that the run has made elsewhere
   * and that could not be taken back: "doctor --leftovers" reads it.
   */
  async newRun(cleanup: Cleanup, keep: boolean): Promise<string> {
    const runs = path.join(this.root, 'runs');
    await mkdir(runs, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(path.join(runs, 'run-'));
    if (!keep)
      cleanup.add(`folder ${folder}`, async () => {
        if (!existsSync(path.join(folder, MADE_FILE))) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      });
    return folder;
  }
}
