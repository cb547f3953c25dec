import { rfc3339 } from '../../base/clock.ts';
import { findCondition, withCondition } from '../../kube/conditions.ts';
import { EventRecorder } from '../../kube/event-recorder.ts';
import type { Node, Pod } from '../../kube/generated/types.ts';
import { keyOf, keyString, parseKey } from '../../kube/object.ts';
import { nodes, pods, replicaSets, services, statefulSets } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controllers/controller.ts';
import { type Rejection, rejection } from './filters.ts';
import { fitMessage } from './fit-message.ts';
import { scoreNodes } from './node-scores.ts';
import { ClusterUsage } from './node-usage.ts';
import { hasPodAffinity, type PlacedPod, podAffinityRejection } from './pod-affinity.ts';
import { siblingSelector } from './sibling-selector.ts';
import { hasHardSpread, spreadFilter } from './topology-spread.ts';

const NAME = 'default-scheduler';

/** Gives Pods their node (k8s.io/kubernetes/pkg/scheduler). No preemption. */
export function createScheduler(deps: ControllerDeps): Controller {
  const { api, informers, clock, random } = deps;
  const events = new EventRecorder(api, { component: NAME }, deps);
  const podCache = informers.for(pods);
  const nodeCache = informers.for(nodes);
  const serviceCache = informers.for(services);
  const replicaSetCache = informers.for(replicaSets);
  const statefulSetCache = informers.for(statefulSets);
  const usage = new ClusterUsage();
  /** Placed or waiting Pods that have a say in where others may be, or others in where they may be. */
  const particular = new Set<string>();
  /** Keys that fitted nowhere; anything that frees or adds room brings them back. */
  const unschedulable = new Set<string>();

  const isOurs = (pod: Pod): boolean =>
    !pod.spec.nodeName &&
    pod.metadata.deletionTimestamp === undefined &&
    (pod.spec.schedulerName ?? NAME) === NAME &&
    (pod.spec.schedulingGates ?? []).length === 0;
  const isEnded = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

  /** Pods that have a node, but for the one in question. */
  const placedBut = (pod: Pod): PlacedPod[] =>
    podCache.list().flatMap((other) => {
      const node = usage.nodeOf(other.metadata.uid);
      return node === undefined || other.metadata.uid === pod.metadata.uid ? [] : [{ pod: other, node }];
    });

  const choose = (pod: Pod): { node: Node } | { rejections: Rejection[] } => {
    const rejections: Rejection[] = [];
    const fitting: Node[] = [];
    const all = nodeCache.list();
    let known: PlacedPod[] | undefined;
    // Nobody pays for this where Pods have no say in each other's place.
    const placed = (): PlacedPod[] => (known ??= placedBut(pod));
    const mindsOthers = particular.size > 0 || hasPodAffinity(pod);
    const spread = hasHardSpread(pod) ? spreadFilter(pod, all, placed()) : undefined;
    const nodeOf = (name: string): Node | undefined => nodeCache.get({ name });
    for (const node of all) {
      const why =
        rejection(pod, node, usage.of(node.metadata.name)) ??
        spread?.(node) ??
        (mindsOthers ? podAffinityRejection(pod, node, placed(), nodeOf) : undefined);
      if (why !== undefined) rejections.push(why);
      else fitting.push(node);
    }
    if (fitting.length < 2) return fitting[0] === undefined ? { rejections } : { node: fitting[0] };
    const scores = scoreNodes(pod, fitting, {
      usageOf: (name) => usage.of(name),
      nodeOf,
      placed,
      defaultSelector: (of) => siblingSelector(of, serviceCache, { ReplicaSet: replicaSetCache, StatefulSet: statefulSetCache }),
    });
    const most = Math.max(...scores);
    const best = fitting.filter((_, index) => scores[index] === most);
    return { node: best[best.length > 1 ? random.below(best.length) : 0]! };
  };

  const bind = async (pod: Pod, node: string): Promise<void> => {
    usage.place(pod, node);
    try {
      await api.createSubresource(pods, keyOf(pod), 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { ...keyOf(pod), uid: pod.metadata.uid },
        target: { apiVersion: 'v1', kind: 'Node', name: node },
      });
    } catch (error) {
      usage.remove(pod.metadata.uid);
      // Gone, or bound by an earlier pass whose outcome the cache does not show yet.
      if (isStatus(error, 'NotFound', 'Conflict')) return;
      throw error;
    }
    events.record(pod, 'Normal', 'Scheduled', `Successfully assigned ${keyString(keyOf(pod))} to ${node}`);
  };

  const reportFailure = async (pod: Pod, message: string): Promise<void> => {
    events.record(pod, 'Warning', 'FailedScheduling', message);
    const known = findCondition(pod.status?.conditions, 'PodScheduled');
    if (known?.status === 'False' && known.reason === 'Unschedulable' && known.message === message) return;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: undefined,
      lastTransitionTime: rfc3339(clock.nowMs()),
    };
    const conditions = withCondition(pod.status?.conditions, condition).filter(({ type }) => type === 'PodScheduled');
    try {
      await api.patch(pods, keyOf(pod), { type: 'strategic', body: { status: { conditions } } }, { subresource: 'status' });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const pod = podCache.get(parseKey(key));
    if (pod === undefined || !isOurs(pod) || usage.isPlaced(pod.metadata.uid)) {
      unschedulable.delete(key);
      return DONE;
    }
    const choice = choose(pod);
    if ('node' in choice) {
      unschedulable.delete(key);
      await bind(pod, choice.node.metadata.name);
    } else {
      unschedulable.add(key);
      await reportFailure(pod, fitMessage(choice.rejections));
    }
    return DONE;
  };

  const controller = new Controller({ name: 'scheduler', reconcile }, deps);
  const retryAll = (): void => {
    for (const key of unschedulable) controller.enqueue(key);
  };
  podCache.onChange((change) => {
    const pod = change.object;
    const key = keyString(keyOf(pod));
    if (change.type === 'deleted' || isEnded(pod)) {
      particular.delete(pod.metadata.uid);
      usage.remove(pod.metadata.uid);
      if (change.type === 'deleted') unschedulable.delete(key);
      if (pod.spec.nodeName && (change.type === 'deleted' || (change.type === 'modified' && !isEnded(change.previous)))) retryAll();
      return;
    }
    // A restored cluster may hold a Pod as it was before it found its node.
    if (change.type === 'modified' && change.previous.spec.nodeName && !pod.spec.nodeName) usage.remove(pod.metadata.uid);
    if (hasPodAffinity(pod) || hasHardSpread(pod)) particular.add(pod.metadata.uid);
    usage.place(pod);
    // A Pod that found its node may be the one that others want to be with.
    if (particular.size > 0 && pod.spec.nodeName && (change.type !== 'modified' || !change.previous.spec.nodeName)) retryAll();
    // The conditions that we write ourselves are no reason to try again.
    const isNews =
      change.type !== 'modified' || change.previous.metadata.generation !== pod.metadata.generation || !isOurs(change.previous);
    if (isOurs(pod) && isNews) controller.enqueue(key);
  });
  nodeCache.onChange((change) => {
    if (change.type !== 'modified' || fitView(change.previous) !== fitView(change.object)) retryAll();
  });
  return controller;
}

/** What of a node decides whether a Pod fits; heartbeats do not. */
function fitView(node: Node): string {
  return JSON.stringify([node.spec.unschedulable, node.spec.taints, node.metadata.labels, node.status?.allocatable]);
}
