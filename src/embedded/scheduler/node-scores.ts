import type { LabelSelector, Node, Pod } from '../../kube/generated/types.ts';
import { nodePreference } from '../../kube/node-affinity.ts';
import { tolerates } from '../../kube/tolerations.ts';
import { balancedScore, leastAllocatedScore } from './allocation-scores.ts';
import type { NodeUsage } from './node-usage.ts';
import { type PlacedPod, podPreferences } from './pod-affinity.ts';
import { defaultConstraints, spreadScores } from './topology-spread.ts';

export interface ScoreContext {
  usageOf(node: string): NodeUsage;
  nodeOf(name: string): Node | undefined;
  /** Pods that have a node; asked for only where they matter. */
  placed(): readonly PlacedPod[];
  /** What the Pod's Services and its owner select; none when there are neither. */
  defaultSelector(pod: Pod): LabelSelector | undefined;
}

/** Weights of the default profile (scheduler/apis/config/v1 default_plugins). */
const WEIGHT = { taints: 3, nodeAffinity: 2, spread: 2, podAffinity: 2, fit: 1, balance: 1 };

/** How good each of the nodes is for the Pod; only comparable within one call. The plugin ImageLocality is left out: all images are small here. */
export function scoreNodes(pod: Pod, candidates: readonly Node[], context: ScoreContext): number[] {
  const total = candidates.map((node) => {
    const usage = context.usageOf(node.metadata.name);
    return WEIGHT.fit * leastAllocatedScore(pod, node, usage) + WEIGHT.balance * balancedScore(pod, node, usage);
  });
  const add = (weight: number, scores: readonly number[]): void => {
    for (const [index, score] of scores.entries()) total[index]! += weight * score;
  };
  const avoided = candidates.map((node) => dislikedTaints(pod, node));
  add(
    WEIGHT.taints,
    ofMost(avoided).map((share) => 100 - share),
  );
  add(WEIGHT.nodeAffinity, ofMost(candidates.map((node) => nodePreference(pod, node))));
  const wishes = podPreferences(pod);
  if (wishes.length > 0) {
    const liked = candidates.map((node) => wishes.reduce((sum, wish) => sum + wish(node, context.placed(), context.nodeOf), 0));
    const [most, least] = [Math.max(...liked), Math.min(...liked)];
    if (most > least)
      add(
        WEIGHT.podAffinity,
        liked.map((score) => Math.floor((100 * (score - least)) / (most - least))),
      );
  }
  const own = pod.spec.topologySpreadConstraints ?? [];
  const selector = own.length > 0 ? undefined : context.defaultSelector(pod);
  const soft =
    selector === undefined ? own.filter((constraint) => constraint.whenUnsatisfiable !== 'DoNotSchedule') : defaultConstraints(selector);
  if (soft.length > 0) add(WEIGHT.spread, spreadScores(pod, soft, candidates, context.placed(), context.nodeOf, selector !== undefined));
  return total;
}

/** Taints of effect PreferNoSchedule that nothing tolerates. */
function dislikedTaints(pod: Pod, node: Node): number {
  const isBorne = (taint: { key: string; effect: string }): boolean =>
    (pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint));
  return (node.spec.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule' && !isBorne(taint)).length;
}

/** Each as a share of the largest, 0 to 100. */
function ofMost(scores: readonly number[]): number[] {
  const most = Math.max(0, ...scores);
  return scores.map((score) => (most === 0 ? 0 : Math.floor((100 * score) / most)));
}
