import { rfc3339Micro } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import type { KubeObject } from '../kube/object.ts';
import type { ResourceType } from '../kube/resource-type.ts';
import { valueAt } from './checks/path-value.ts';
import type { CheckContext } from './check.ts';
import { watchUntil } from './watch-until.ts';

/** Time as an object of the cluster, where it is virtual: `rate` times the host's, and movable through `advanceTo`. */
export interface ClusterClock extends KubeObject { spec: { rate?: number; advanceTo?: string }; status?: { now?: string } }
export const clusterClocks: ResourceType<ClusterClock> = { group: 'canary-lab.internal', version: 'v1', resource: 'clocks', kind: 'Clock', namespaced: false };

const KEY = { name: 'cluster' };
/** Host time in which an advance must arrive. */
const ADVANCE_TIMEOUT_MS = 120_000;

/** Moves the cluster's time forward and resolves when it has arrived there, with everything on the way done. */
export async function advanceClusterTime(api: KubeApi, durationMs: number, ctx: Pick<CheckContext, 'clock' | 'signal'>): Promise<void> {
  const clock = await api.get(clusterClocks, KEY, { signal: ctx.signal });
  const now = Date.parse(clock?.status?.now ?? '');
  if (Number.isNaN(now)) throw new LabError('CLOCK_MISSING', 'The cluster says that its time is virtual, but its object "Clock/cluster" has no status.now.', { next: 'Run the lab with "--time real".' });
  const target = now + durationMs;
  await api.patch(clusterClocks, KEY, { type: 'merge', body: { spec: { advanceTo: rfc3339Micro(target) } } }, { signal: ctx.signal });
  const verdict = await watchUntil([{ resource: clusterClocks, name: KEY.name }], ([clocks]) => {
    const reached = String(valueAt(clocks![0], ['status', 'now']));
    return { holds: Date.parse(reached) >= target, expected: rfc3339Micro(target), observed: reached };
  }, { ...ctx, api }, ADVANCE_TIMEOUT_MS);
  if (!verdict.holds) throw new LabError('CLOCK_STUCK', `The cluster's time did not reach ${verdict.expected}; it is ${verdict.observed}.`, { next: 'Run "kubectl get clock cluster -o yaml" to see it.' });
}

/** Makes the cluster's time run `rate` times as fast as the host's. */
export async function setClusterTimeRate(api: KubeApi, rate: number, signal: AbortSignal): Promise<void> {
  await api.patch(clusterClocks, KEY, { type: 'merge', body: { spec: { rate } } }, { signal });
}
