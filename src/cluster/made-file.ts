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
