import { type Clock, rfc3339Micro } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Lease } from '../../kube/generated/types.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { leases } from '../../kube/resource-type.ts';

const LEASE_MS = 30_000;
const RETRY_MS = LEASE_MS / 4;

/**
 * Holds a Lease while this Pod lives (client-go leaderelection with ingress-nginx's 30 s). The Lease is not given back at the end:
 * a successor waits until it expires, as upstream's does.
 */
export class LeaderElection {
  readonly #options: {
    api: KubeApi;
    clock: Clock;
    log: Log;
    namespace: string;
    name: string;
    identity: string;
    onElected(lease: Lease): void;
  };
  #observed: { text: string; atMs: number } | undefined;
  isLeader = false;

  constructor(options: {
    api: KubeApi;
    clock: Clock;
    log: Log;
    namespace: string;
    name: string;
    identity: string;
    onElected(lease: Lease): void;
  }) {
    this.#options = options;
  }

  /** Tries to take or renew the Lease every 7.5 s until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const lease = await this.#tryAcquire();
        const wasLeader = this.isLeader;
        this.isLeader = lease !== undefined;
        if (lease !== undefined && !wasLeader) this.#options.onElected(lease);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.log.debug(`lease ${this.#options.name}: ${messageOf(error)}`);
      }
      await this.#options.clock.sleep(RETRY_MS, signal).catch(() => {});
    }
  }

  async #tryAcquire(): Promise<Lease | undefined> {
    const { api, clock, namespace, name, identity } = this.#options;
    const nowMs = clock.nowMs();
    const now = rfc3339Micro(nowMs);
    const lease = await api.get(leases, { namespace, name });
    if (lease === undefined) {
      return api.create(leases, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace, name },
        spec: { holderIdentity: identity, leaseDurationSeconds: LEASE_MS / 1000, acquireTime: now, renewTime: now, leaseTransitions: 0 },
      });
    }
    const { spec } = lease;
    const isOurs = spec.holderIdentity === identity;
    const text = `${spec.holderIdentity} ${spec.renewTime}`;
    if (this.#observed?.text !== text) this.#observed = { text, atMs: nowMs };
    // Another holder counts as gone when nothing renewed the Lease for its whole duration, by our own clock.
    if (!isOurs && spec.holderIdentity && nowMs < this.#observed.atMs + (spec.leaseDurationSeconds ?? LEASE_MS / 1000) * 1000)
      return undefined;
    const next = structuredClone(lease);
    next.spec = {
      ...next.spec,
      holderIdentity: identity,
      leaseDurationSeconds: LEASE_MS / 1000,
      renewTime: now,
      ...(isOurs ? {} : { acquireTime: now, leaseTransitions: (spec.leaseTransitions ?? 0) + 1 }),
    };
    return api.update(leases, next);
  }
}
