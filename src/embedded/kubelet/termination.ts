import type { Activity } from '../../base/activity.ts';
import { type Clock, nextTurn } from '../../base/clock.ts';
import type { EndpointSlice } from '../../kube/generated/types.ts';
import type { Informer } from '../../kube/informer.ts';
import type { RunningContainer } from './container-runtime.ts';
import { duringWithPatience } from './patience.ts';

export interface TerminationDeps {
  clock: Clock;
  hostClock: Clock;
  activity: Activity;
}

/** A Pod that no controller takes out of its Services is stopped all the same after this much host time. */
const WITHDRAWAL_LIMIT_HOST_MS = 1500;
/** What proxies get to hear of the withdrawal and to finish the connections they are opening. */
const WITHDRAWAL_SETTLE_HOST_MS = 50;
/** kuberuntime minimumGracePeriodInSeconds. */
export const SHORTEST_GRACE_MS = 2000;
const STOP_PATIENCE_HOST_MS = 250;

/** A reason without a stack trace, which would cost more than the rest of a stop. */
const ENDED = 'the container has ended';

export const SLICE_INDEX_BY_POD = 'ready Pod';

/** Prepares the informer so that `endpointsWithdrawn` can find the slices that send traffic to a Pod. */
export function indexSlicesByPod(slices: Informer<EndpointSlice>): void {
  slices.addIndex(SLICE_INDEX_BY_POD, ({ endpoints }) =>
    (endpoints ?? []).flatMap(({ conditions, targetRef }) => (conditions?.ready !== false && targetRef?.uid ? [targetRef.uid] : [])),
  );
}

/**
 * Waits until no EndpointSlice calls the Pod ready and those who route by slices have had a moment to act on it. Upstream sends the
 * stop signal at the same time as endpoints are withdrawn and leaves the gap to preStop sleeps; here the order makes it lossless.
 */
export async function endpointsWithdrawn(
  podUid: string,
  hasHostPort: boolean,
  slices: Informer<EndpointSlice>,
  deps: TerminationDeps,
): Promise<void> {
  const isListed = (): boolean => slices.by(SLICE_INDEX_BY_POD, podUid).length > 0;
  if (!isListed() && !hasHostPort) return;
  await deps.activity.during('withdrawal of endpoints', async () => {
    const deadlineMs = deps.hostClock.nowMs() + WITHDRAWAL_LIMIT_HOST_MS;
    while (isListed() && deps.hostClock.nowMs() < deadlineMs) await deps.hostClock.sleep(2);
  });
  await duringWithPatience(
    'settling of proxies',
    WITHDRAWAL_SETTLE_HOST_MS * 2,
    () => deps.hostClock.sleep(WITHDRAWAL_SETTLE_HOST_MS),
    deps,
  );
  await nextTurn();
}

/**
 * Ends one container: preStop hook, SIGTERM, then SIGKILL when `graceMs` on the Clock (2 s at least) have passed since the start of
 * the hook. The kill waits for requests in answer, for as long as the grace lasts on the host's clock too: a jump of virtual time
 * must not cut off a request that would have ended in real time. Resolves with the exit code.
 */
export async function stopContainer(
  container: RunningContainer,
  graceMs: number,
  preStop: ((signal: AbortSignal) => Promise<void>) | undefined,
  deps: TerminationDeps,
): Promise<number> {
  const ended = new AbortController();
  const exited = container.exited.finally(() => ended.abort(ENDED));
  const allowedMs = Math.max(graceMs, SHORTEST_GRACE_MS);
  const deadlineMs = deps.clock.nowMs() + allowedMs;
  if (preStop !== undefined) {
    const hookTimeout = new AbortController();
    const timer = deps.clock.after(allowedMs, () => hookTimeout.abort(new Error('the grace period has ended')));
    await Promise.race([
      duringWithPatience('preStop hook', STOP_PATIENCE_HOST_MS, () => preStop(AbortSignal.any([hookTimeout.signal, ended.signal])), deps),
      exited,
    ]);
    timer.cancel();
  }
  container.terminate();
  void (async () => {
    // After the hook has used up the grace, SIGTERM still gets the shortest one.
    await deps.clock.sleep(Math.max(deadlineMs - deps.clock.nowMs(), SHORTEST_GRACE_MS), ended.signal);
    if (container.isServing()) await Promise.race([container.idle(), deps.hostClock.sleep(allowedMs, ended.signal)]);
    // The program may end by itself with the last answer.
    for (let turn = 0; turn < 3; turn++) await nextTurn();
    container.kill();
  })().catch(() => {});
  return duringWithPatience('stop of a container', STOP_PATIENCE_HOST_MS, () => exited, deps);
}
