import { ownValue } from '../../../base/own-value.ts';
import type { Pod } from '../../../kube/generated/types.ts';
import { parseQuantity } from '../../../kube/quantity.ts';
import { groupPods, type Measurement } from './pod-groups.ts';

/** --horizontal-pod-autoscaler-tolerance. */
const TOLERANCE = 0.1;

/** What a metric of the Pods asks for, and what it shows. */
export interface Proposal {
  replicas: number;
  /** Average of the Pods that count, in thousandths. */
  averageMilli: number;
  /** The same as a percentage of what they request. */
  utilization?: number;
}

/** Why there is no proposal, in upstream's words. */
export class NoProposal extends Error {}

interface Question {
  resource: string;
  /** One container of each Pod; all of them without it. */
  container?: string | undefined;
  pods: readonly Pod[];
  measured: ReadonlyMap<string, Measurement>;
  currentReplicas: number;
  nowMs: number;
}

const isTolerable = (ratio: number): boolean => ratio >= 1 - TOLERANCE && ratio <= 1 + TOLERANCE;

/** Replicas for a share of the requests, in percent (podautoscaler GetResourceReplicas). Throws `NoProposal`. */
export function replicasForUtilization(question: Question, target: number): Proposal {
  const requests = new Map(question.pods.map((pod) => [pod.metadata.name, requestOf(pod, question.resource, question.container)]));
  const ratioOf = (used: ReadonlyMap<string, number>): { ratio: number; utilization: number } => {
    let [total, requested] = [0, 0];
    for (const [name, milli] of used) {
      total += milli;
      requested += requests.get(name) ?? 0;
    }
    if (requested === 0) throw new NoProposal('no metrics returned matched known pods');
    const utilization = Math.trunc((total * 100) / requested);
    return { ratio: utilization / target, utilization };
  };
  const fallback = (pod: Pod): number => ((requests.get(pod.metadata.name) ?? 0) * Math.max(100, target)) / 100;
  return propose(question, ratioOf, fallback);
}

/** Replicas for an average amount, in thousandths (podautoscaler GetRawResourceReplicas). Throws `NoProposal`. */
export function replicasForAverage(question: Question, targetMilli: number): Proposal {
  const ratioOf = (used: ReadonlyMap<string, number>): { ratio: number } => ({ ratio: average(used) / targetMilli });
  return propose(question, ratioOf, () => targetMilli);
}

function propose(
  question: Question,
  ratioOf: (used: ReadonlyMap<string, number>) => { ratio: number; utilization?: number },
  /** What a Pod without a measurement is taken to use when the rest would have fewer Pods. */
  fallback: (pod: Pod) => number,
): Proposal {
  const { pods, measured, resource, currentReplicas, nowMs } = question;
  if (measured.size === 0)
    throw new NoProposal(`unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`);
  if (pods.length === 0) throw new NoProposal('no pods returned by selector while calculating replica count');
  const { ready, unready, missing, ignored } = groupPods(pods, measured, resource, nowMs);
  const used = new Map([...measured].map(([name, { milli }]) => [name, milli]));
  for (const pod of [...ignored, ...unready]) used.delete(pod.metadata.name);
  if (used.size === 0) throw new NoProposal('did not receive metrics for targeted pods (pods might be unready)');
  const { ratio, ...shown } = ratioOf(used);
  const answer = (replicas: number): Proposal => ({ replicas, averageMilli: averageMilli, ...shown });
  const averageMilli = Math.trunc(average(used));
  const waitsForUnready = unready.length > 0 && ratio > 1;
  if (!waitsForUnready && missing.length === 0) return answer(isTolerable(ratio) ? currentReplicas : Math.ceil(ratio * ready));
  // Pods that nobody knows of speak against any change.
  if (ratio < 1) for (const pod of missing) used.set(pod.metadata.name, fallback(pod));
  else if (ratio > 1) for (const pod of missing) used.set(pod.metadata.name, 0);
  if (waitsForUnready) for (const pod of unready) used.set(pod.metadata.name, 0);
  const cautious = ratioOf(used).ratio;
  if (isTolerable(cautious) || (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1)) return answer(currentReplicas);
  const replicas = Math.ceil(cautious * used.size);
  const isContrary = (cautious < 1 && replicas > currentReplicas) || (cautious > 1 && replicas < currentReplicas);
  return answer(isContrary ? currentReplicas : replicas);
}

function average(used: ReadonlyMap<string, number>): number {
  return [...used.values()].reduce((sum, milli) => sum + milli, 0) / used.size;
}

/** What a Pod requests, in thousandths: main containers and sidecars. Throws `NoProposal` for one that requests nothing. */
function requestOf(pod: Pod, resource: string, container: string | undefined): number {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const counted = [...pod.spec.containers, ...sidecars].filter(({ name }) => container === undefined || name === container);
  if (container !== undefined && counted.length === 0) throw new NoProposal(`container ${container} not found in Pod ${pod.metadata.name}`);
  return counted.reduce((sum, { name, resources }) => {
    const request = parseQuantity(ownValue(resources?.requests, resource) ?? '');
    if (request === undefined) throw new NoProposal(`missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`);
    return sum + Math.ceil(request * 1000);
  }, 0);
}
