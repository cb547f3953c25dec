import type { ReplicaCounts } from './replica-set-view.ts';

export interface BasicSplitInput {
  /** `spec.replicas`. */
  replicas: number;
  weight: number;
  maxWeight: number;
  /** In Pods, already rounded. */
  maxSurge: number;
  maxUnavailable: number;
  /** Absent before the first deployment is stable, and when canary and stable are the same ReplicaSet. */
  stable: Pick<ReplicaCounts, 'spec' | 'available'> | undefined;
  canary: Pick<ReplicaCounts, 'spec' | 'available'>;
  /** Pods that all other ReplicaSets ask for. */
  othersSpec: number;
}

export interface Split {
  canary: number;
  stable: number;
}

/** The nearest whole-Pod split of `replicas` (or one more where surge allows it) to a weight. */
function idealSplit({ replicas, weight, maxWeight, maxSurge }: BasicSplitInput): Split {
  if (replicas === 0) return { canary: 0, stable: 0 };
  const zeroAllowed = weight === 0 || weight === maxWeight || (replicas === 1 && maxSurge === 0);
  const candidates: { canary: number; total: number }[] = [];
  const consider = (total: number, always: boolean): void => {
    const exact = (total * weight) / maxWeight;
    const up = Math.ceil(exact);
    const down = Math.floor(exact);
    if (always || up < total || zeroAllowed) candidates.push({ canary: up, total });
    if (exact - down !== 0.5 && (down > 0 || zeroAllowed)) candidates.push({ canary: down, total });
  };
  consider(replicas, false);
  if (maxSurge > 0) consider(replicas + 1, true);
  let best = candidates[0] ?? { canary: 0, total: replicas };
  const distance = ({ canary, total }: { canary: number; total: number }): number => Math.abs((canary * maxWeight) / total - weight);
  for (const candidate of candidates) if (distance(candidate) < distance(best)) best = candidate;
  return { canary: best.canary, stable: best.total - best.canary };
}

/**
 * The next counts on the way to a weight when Pods alone carry it (no traffic routing): never more than `maxSurge` Pods too
 * many, never more than `maxUnavailable` too few. Repeated as availability changes, it reaches the ideal split.
 * Models argo-rollouts/utils/replicaset CalculateReplicaCountsForBasicCanary.
 */
export function basicReplicaSplit(input: BasicSplitInput): Split {
  const { replicas, maxSurge, maxUnavailable } = input;
  if (input.stable === undefined) return { canary: replicas, stable: 0 };
  // A ReplicaSet that was just told to shrink may still count Pods that are about to go.
  const capped = ({ spec, available }: Pick<ReplicaCounts, 'spec' | 'available'>) => ({ spec, available: Math.min(spec, available) });
  const [stable, canary] = [capped(input.stable), capped(input.canary)];
  const ideal = idealSplit(input);
  const most = replicas + maxSurge;
  const fewestAvailable = replicas - maxUnavailable;
  let room = Math.max(0, most - stable.spec - canary.spec - input.othersSpec);
  const grow = (now: number, wanted: number): number => {
    const added = Math.min(room, Math.max(0, wanted - now));
    room -= added;
    return now + added;
  };
  const next = { stable: grow(stable.spec, ideal.stable), canary: 0 };
  next.canary = grow(canary.spec, ideal.canary);
  // Pods of abandoned versions go first.
  if (input.othersSpec > 0) return next;

  const increasing = ideal.canary >= canary.spec;
  const [drained, growing] = increasing ? (['stable', 'canary'] as const) : (['canary', 'stable'] as const);
  const present = { stable, canary };
  const survivors = next[drained] + Math.min(next[growing], present[growing].available);
  if (survivors <= fewestAvailable) return next;
  next[drained] = Math.min(next[drained], Math.max(ideal[drained], next[drained] - (survivors - fewestAvailable)));

  const lost = Math.min(next[growing], Math.max(0, next.canary + next.stable - most));
  next[growing] -= lost;
  const remaining = Math.min(next.canary, canary.available) + Math.min(next.stable, stable.available);
  if (remaining < fewestAvailable) next[growing] += Math.min(lost, fewestAvailable - remaining);
  const excess = Math.max(0, next.canary + next.stable - most);
  next[drained] = Math.max(0, next[drained] - excess);
  return next;
}

export interface RoutedSplitInput {
  replicas: number;
  maxWeight: number;
  /** What the steps ask of the canary: a share, or an exact count. */
  plan: CanaryPlan;
  minPodsPerReplicaSet?: number | undefined;
  /** Stable shrinks as the canary grows; otherwise it keeps all its Pods. */
  dynamicStableScale?: { statusCanaryWeight: number; statusStableWeight: number; stableWeight: number; aborted: boolean } | undefined;
}
export type CanaryPlan = { replicas: number } | { weight: number };

/** Counts where a router carries the weight: the canary gets its share rounded up, stable all of `spec.replicas`. */
export function routedReplicaSplit(input: RoutedSplitInput): Split {
  const { replicas, maxWeight, plan, dynamicStableScale: dynamic } = input;
  const share = (weight: number): number => Math.ceil((replicas * weight) / maxWeight);
  const atLeast = (count: number): number => (count === 0 ? 0 : Math.max(count, Math.min(input.minPodsPerReplicaSet ?? 0, replicas)));
  let canary = 'replicas' in plan ? plan.replicas : atLeast(share(plan.weight));
  if (dynamic === undefined) return { canary, stable: replicas };
  if (dynamic.aborted) canary = Math.max(canary, share(dynamic.statusCanaryWeight));
  return { canary, stable: atLeast(Math.max(share(dynamic.stableWeight), share(dynamic.statusStableWeight))) };
}
