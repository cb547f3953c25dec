import { rfc3339Micro } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';
import { clocks } from '../kube/clock-resource.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import type { CheckContext } from './check.ts';
import { valueAt } from './checks/path-value.ts';
import { watchUntil } from './watch-until.ts';

const KEY = { name: 'cluster' };
/** Host time in which an advance must arrive. */
const ADVANCE_TIMEOUT_MS = 120_000;

/** How old `status.now` may be: a jump that starts from it must not end too early. */
const STATUS_AGE_MS = 1000;

/** Moves the cluster's time forward and resolves when it has arrived there, with everything on the way done. */
export async function advanceClusterTime(api: KubeApi, durationMs: number, ctx: Pick<CheckContext, 'clock' | 'signal'>): Promise<void> {
  const clock = await api.get(clocks, KEY, { signal: ctx.signal });
  const now = Date.parse(clock?.status?.now ?? '');
  if (Number.isNaN(now))
    throw new LabError('CLOCK_MISSING', 'The cluster says that its time is virtual, but its object "Clock/cluster" has no status.now.', {
      next: 'Run the lab with "--time real".',
    });
  const target = now + durationMs + STATUS_AGE_MS;
  await api.patch(clocks, KEY, { type: 'merge', body: { spec: { advanceTo: rfc3339Micro(target) } } }, { signal: ctx.signal });
  const verdict = await watchUntil(
    [{ resource: clocks, name: KEY.name }],
    ([found]) => {
      const reached = String(valueAt(found![0], ['status', 'now']));
      return { holds: Date.parse(reached) >= target, expected: rfc3339Micro(target), observed: reached };
    },
    { ...ctx, api },
    ADVANCE_TIMEOUT_MS,
  );
  if (!verdict.holds)
    throw new LabError('CLOCK_STUCK', `The cluster's time did not reach ${verdict.expected}; it is ${verdict.observed}.`, {
      next: 'Run "kubectl get clock cluster -o yaml" to see it.',
    });
}

/** Makes the cluster's time run `rate` times as fast as the host's. */
export async function setClusterTimeRate(api: KubeApi, rate: number, signal: AbortSignal): Promise<void> {
  await api.patch(clocks, KEY, { type: 'merge', body: { spec: { rate } } }, { signal });
}
