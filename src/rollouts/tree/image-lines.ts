import type { ReplicaSetInfo, RolloutInfo } from './rollout-info.ts';

/** One image in use and the roles it plays, sorted. */
export interface ImageLine {
  image: string;
  tags: string[];
}

/** Tags of a ReplicaSet in the order of the INFO column. */
export function replicaSetTags(set: ReplicaSetInfo): string[] {
  return (['canary', 'stable', 'active', 'preview'] as const).filter((tag) => set[tag]);
}

/** The distinct images of ReplicaSets that have Pods, running experiments included. */
export function imageLines(info: RolloutInfo): ImageLine[] {
  const found = new Map<string, Set<string>>();
  const note = (image: string, tags: readonly string[]): void => {
    const known = found.get(image) ?? new Set<string>();
    for (const tag of tags) known.add(tag);
    found.set(image, known);
  };
  for (const set of info.replicaSets) if (set.replicas > 0) for (const image of set.images) note(image, replicaSetTags(set));
  for (const experiment of info.experiments) {
    if (experiment.status !== 'Running') continue;
    for (const set of experiment.replicaSets) if (set.replicas > 0) for (const image of set.images) note(image, [`Σ:${set.template}`]);
  }
  return [...found].map(([image, tags]) => ({ image, tags: [...tags].sort() })).sort((a, b) => (a.image < b.image ? -1 : 1));
}
