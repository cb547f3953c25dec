import { measurementCounts } from '../rollouts/tree/analysis-run-info.ts';
import type { ReplicaSetInfo, RolloutInfo } from '../rollouts/tree/rollout-info.ts';

/** A name with a sign and a word for how it is. */
export interface LiveState {
  name: string;
  icon: string;
  status: string;
}

export type LiveTag = 'stable' | 'canary' | 'active' | 'preview';

/** What one Pod template has become. */
export interface LiveRevision {
  number: number;
  /** Of its ReplicaSets; none for a revision that has only an analysis. */
  sets: (Omit<LiveState, 'name'> & { tag: LiveTag | undefined; hash: string })[];
  pods: (LiveState & { ready: string; restarts: number })[];
  analysisRuns: (LiveState & { counts: string })[];
}

/** A Rollout as one sees it at a glance; the newest revision comes first. */
export interface LiveRollout extends LiveState {
  /** `1/6`, empty without steps. */
  step: string;
  /** In percent, empty where there is none. */
  weight: string;
  revisions: LiveRevision[];
}

/** In blue-green the active set is the stable one as well. */
const TAGS: readonly LiveTag[] = ['active', 'preview', 'stable', 'canary'];

export function liveRollout(info: RolloutInfo): LiveRollout {
  const { objectMeta, icon, status, step, setWeight, replicaSets, analysisRuns } = info;
  const numbers = [...new Set([...replicaSets, ...analysisRuns].map(({ revision }) => revision))].sort((a, b) => b - a);
  return {
    name: objectMeta.name,
    icon,
    status,
    step,
    weight: setWeight,
    revisions: numbers.map((number) => {
      const sets = replicaSets.filter(({ revision }) => revision === number);
      return {
        number,
        sets: sets.map((set) => ({ icon: set.icon, status: set.status, tag: tagOf(set), hash: hashOf(set) })),
        pods: sets
          .flatMap(({ pods }) => pods)
          .map((pod) => ({ name: pod.objectMeta.name, icon: pod.icon, status: pod.status, ready: pod.ready, restarts: pod.restarts })),
        analysisRuns: analysisRuns
          .filter(({ revision }) => revision === number)
          .map((run) => ({ name: run.objectMeta.name, icon: run.icon, status: run.status, counts: measurementCounts(run) })),
      };
    }),
  };
}

const tagOf = (set: ReplicaSetInfo): LiveTag | undefined => TAGS.find((tag) => set[tag]);

/** A ReplicaSet's name ends in its Pod template hash. */
const hashOf = ({ objectMeta }: ReplicaSetInfo): string => objectMeta.name.slice(objectMeta.name.lastIndexOf('-') + 1);
