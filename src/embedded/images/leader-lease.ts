import { type Clock, rfc3339Micro } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import { leases } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';

const DURATION_SECONDS = 15;
const RETRY_MS = 2_000;
const RENEW_MS = 10_000;

/** Resolves when `identity` holds the Lease, and renews it until the signal aborts. Rejects when it aborts before. */
export async function becomeLeader(
  api: KubeApi,
  key: ObjectKey,
  identity: string,
  deps: { clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<void> {
  while (!(await tryAcquire(api, key, identity, deps))) await deps.clock.sleep(RETRY_MS, signal);
  void (async () => {
    while (!signal.aborted) {
      await deps.clock.sleep(RENEW_MS, signal);
      await tryAcquire(api, key, identity, deps);
    }
  })().catch(() => {});
}

async function tryAcquire(api: KubeApi, key: ObjectKey, identity: string, { clock, log }: { clock: Clock; log: Log }): Promise<boolean> {
  const now = rfc3339Micro(clock.nowMs());
  try {
    const lease = await api.get(leases, key);
    if (lease === undefined) {
      await api.create(leases, {
        metadata: { ...key },
        spec: { holderIdentity: identity, leaseDurationSeconds: DURATION_SECONDS, acquireTime: now, renewTime: now, leaseTransitions: 0 },
      });
      return true;
    }
    const { spec = {} } = lease;
    const isMine = spec.holderIdentity === identity;
    const isFree =
      !spec.holderIdentity || Date.parse(spec.renewTime ?? '') + (spec.leaseDurationSeconds ?? DURATION_SECONDS) * 1000 < clock.nowMs();
    if (!isMine && !isFree) return false;
    const taken = isMine ? {} : { holderIdentity: identity, acquireTime: now, leaseTransitions: (spec.leaseTransitions ?? 0) + 1 };
    await api.update(leases, { ...lease, spec: { ...spec, leaseDurationSeconds: DURATION_SECONDS, ...taken, renewTime: now } });
    return true;
  } catch (error) {
    // Another candidate was faster, or the API is away; the next try tells.
    log[isStatus(error, 'AlreadyExists', 'Conflict') ? 'debug' : 'warn'](`cannot take the Lease ${key.name}: ${String(error)}`);
    return false;
  }
}
