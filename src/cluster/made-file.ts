/** File in a run's folder that names what the run has made in a cluster that is not its own. */
export const MADE_FILE = 'made.json';

export interface Made {
  context: string;
  releases: { name: string; namespace: string }[];
  namespaces: string[];
}
