import { nextTurn, rfc3339 } from '../../../base/clock.ts';
import { findCondition } from '../../../kube/conditions.ts';
import type { Node } from '../../../kube/generated/types.ts';
import { keyOf } from '../../../kube/object.ts';
import { leases, nodes, pods } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { isPodReady } from '../pod-state.ts';
import { graceMs, silentConditions } from './node-health.ts';
import { taintsFor } from './node-taints.ts';

const LEASES = 'kube-node-lease';
/** Turns of the event loop that a heartbeat which is on its way gets to arrive. */
const ARRIVAL_TURNS = 8;

/**
 * Notices nodes that fall silent, keeps the taints that follow from a node's conditions and cordon, and marks the Pods of a node that is
 * not ready (k8s.io/kubernetes/pkg/controller/nodelifecycle). Zones and rate limits of evictions are left out.
 */
export function createNodeLifecycleController(deps: ControllerDeps): Controller {
  const { api, informers, clock, events } = deps;
  const nodeCache = informers.for(nodes);
  const podCache = informers.for(pods);
  const leaseCache = informers.for(leases);
  /** When each node was heard of last, by our own clock: its own may differ. */
  const heard = new Map<string, { sign: string; atMs: number }>();

  const tell = (node: Node, reason: string, message: string): void =>
    events.record({ ...node, apiVersion: 'v1', kind: 'Node' }, 'Normal', reason, message);
  const signOf = (node: Node, renewTime: string | undefined): string =>
    `${node.metadata.uid} ${renewTime ?? ''} ${findCondition(node.status?.conditions, 'Ready')?.lastHeartbeatTime ?? ''}`;
  const listen = (node: Node, renewTime: string | undefined): number => {
    const sign = signOf(node, renewTime);
    let known = heard.get(node.metadata.name);
    if (known?.sign !== sign) heard.set(node.metadata.name, (known = { sign, atMs: clock.nowMs() }));
    return known.atMs;
  };
  const renewTimeOf = (name: string): string | undefined => leaseCache.get({ namespace: LEASES, name })?.spec?.renewTime;

  /** How long the node may still be silent, in ms; asks the server itself before it says never mind: caches lag when time runs fast. */
  const patienceMs = async (node: Node): Promise<number> => {
    const { name } = node.metadata;
    const left = (atMs: number): number => atMs + graceMs(node) - clock.nowMs();
    const leftMs = left(listen(node, renewTimeOf(name)));
    if (leftMs > 0) return leftMs;
    for (let turn = 0; turn < ARRIVAL_TURNS; turn++) await nextTurn();
    const [now, lease] = await Promise.all([api.get(nodes, { name }), api.get(leases, { namespace: LEASES, name })]);
    return now === undefined ? 0 : left(listen(now, lease?.spec?.renewTime));
  };

  const markPods = async (name: string): Promise<void> => {
    for (const pod of podCache.list()) {
      if (pod.spec.nodeName !== name || !isPodReady(pod)) continue;
      const ready = { type: 'Ready', status: 'False', lastTransitionTime: rfc3339(clock.nowMs()) };
      try {
        const body = { metadata: { uid: pod.metadata.uid }, status: { conditions: [ready] } };
        await api.patch(pods, keyOf(pod), { type: 'strategic', body }, { subresource: 'status' });
      } catch (error) {
        if (isStatus(error, 'NotFound', 'Conflict')) continue;
        throw error;
      }
      events.record({ ...pod, apiVersion: 'v1', kind: 'Pod' }, 'Warning', 'NodeNotReady', 'Node is not ready');
    }
  };

  const reconcile = async (name: string): Promise<ReconcileResult> => {
    let node = nodeCache.get({ name });
    if (node === undefined) return DONE;
    const leftMs = await patienceMs(node);
    const now = rfc3339(clock.nowMs());
    const silent = leftMs > 0 ? undefined : silentConditions(node, now);
    if (silent !== undefined) {
      const wasReady = findCondition(node.status?.conditions, 'Ready')?.status === 'True';
      const body = { status: { conditions: silent } };
      node = await api.patch(nodes, { name }, { type: 'strategic', body }, { subresource: 'status' });
      if (wasReady) tell(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    }
    const taints = taintsFor(node, now);
    if (taints !== undefined) {
      const { resourceVersion } = node.metadata;
      await api.patch(nodes, { name }, { type: 'merge', body: { metadata: { resourceVersion }, spec: { taints } } });
    }
    const ready = findCondition(node.status?.conditions, 'Ready')?.status;
    if (ready === 'False' || ready === 'Unknown') await markPods(name);
    return leftMs > 0 ? { requeueAfterMs: leftMs } : DONE;
  };

  const controller = new Controller({ name: 'node-lifecycle', reconcile }, deps);
  leaseCache.onChange(({ type, object }) => {
    if (type === 'deleted' || object.metadata.namespace !== LEASES) return;
    const node = nodeCache.get({ name: object.metadata.name });
    if (node === undefined) return;
    const before = heard.get(node.metadata.name)?.sign;
    listen(node, object.spec?.renewTime);
    // Of a node that was written off nobody waits for the next sign.
    if (before !== heard.get(node.metadata.name)?.sign && findCondition(node.status?.conditions, 'Ready')?.status === 'Unknown')
      controller.enqueue(node.metadata.name);
  });
  nodeCache.onChange((change) => {
    const { name } = change.object.metadata;
    if (change.type === 'deleted') {
      heard.delete(name);
      tell(change.object, 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
      return;
    }
    listen(change.object, renewTimeOf(name));
    if (change.type !== 'modified') tell(change.object, 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
    if (change.type !== 'modified' || view(change.previous) !== view(change.object)) controller.enqueue(name);
  });
  return controller;
}

/** What of a node this controller acts on; heartbeats are none of it. */
function view({ spec, status }: Node): string {
  return JSON.stringify([spec.unschedulable, spec.taints, status?.conditions?.map(({ type, status: value }) => [type, value])]);
}
