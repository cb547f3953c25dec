import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** File in a run's folder that names what the run has made in a cluster that is not its own. It goes when all of that has been taken back. */
export const MADE_FILE = 'made.json';

export interface Made {
  context: string;
  /** In the order in which they were made. */
  releases: { name: string; namespace: string }[];
  namespaces: string[];
  /** What was there before the run and is not the run's to remove. */
  before: { namespaces: string[]; definitions: string[] };
}

/** What the run of `folder` had begun to make; nothing when it has taken everything back, or has a cluster of its own. */
export async function readMade(folder: string): Promise<Made | undefined> {
  return readFile(path.join(folder, MADE_FILE), 'utf8').then(
    (text) => JSON.parse(text) as Made,
    () => undefined,
  );
}
