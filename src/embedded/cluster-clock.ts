import { type Clock as HostClock, rfc3339Micro } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import { type Clock, clocks } from '../kube/clock-resource.ts';
import { Informer } from '../kube/informer.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { isStatus } from '../kube/status-error.ts';

export const CLUSTER_CLOCK = 'cluster';
const STATUS_EVERY_MS = 1000;

/**
 * The object `Clock/cluster`: `spec.rate` sets how fast the cluster's time runs, `spec.advanceTo` jumps to an instant.
 * `status.now` is written once a (host) second and at the end of every jump; a jump is over when it has reached the target.
 */
export class ClusterClock {
  readonly #api: KubeApi;
  readonly #clock: VirtualClock;
  readonly #hostClock: HostClock;
  readonly #log: Log;
  readonly #informer: Informer<Clock>;
  #isAdvancing = false;

  constructor(deps: { api: KubeApi; clock: VirtualClock; hostClock: HostClock; log: Log }) {
    this.#api = deps.api;
    this.#clock = deps.clock;
    this.#hostClock = deps.hostClock;
    this.#log = deps.log;
    // On the host's time: a watch that breaks must come back even while the cluster's time stands still.
    this.#informer = new Informer(deps.api, clocks, { clock: deps.hostClock, log: deps.log });
  }

  /** Creates the object if it is not there and obeys it until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    try {
      await this.#api.create(clocks, { metadata: { name: CLUSTER_CLOCK }, spec: { rate: this.#clock.rate } });
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
    }
    await this.#writeStatus();
    this.#informer.onChange((change) => {
      if (change.type !== 'deleted' && change.object.metadata.name === CLUSTER_CLOCK) this.#obey(change.object);
    });
    this.#informer.start(signal);
    void this.#tick(signal);
  }

  #obey({ spec }: Clock): void {
    if (spec.rate !== undefined && spec.rate !== this.#clock.rate) this.#clock.setRate(spec.rate);
    const targetMs = spec.advanceTo === undefined ? Number.NaN : Date.parse(spec.advanceTo);
    if (this.#isAdvancing || Number.isNaN(targetMs) || targetMs <= this.#clock.nowMs()) return;
    this.#isAdvancing = true;
    void this.#clock
      .advanceTo(targetMs)
      .then(() => this.#writeStatus())
      .catch((error: unknown) => this.#log.error(`cannot advance to ${spec.advanceTo}: ${String(error)}`))
      .finally(() => {
        this.#isAdvancing = false;
        // A further target may have been set on the way.
        const latest = this.#informer.get({ name: CLUSTER_CLOCK });
        if (latest !== undefined) this.#obey(latest);
      });
  }

  async #tick(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#hostClock.sleep(STATUS_EVERY_MS, signal).catch(() => {});
      if (signal.aborted || this.#isAdvancing) continue;
      await this.#writeStatus().catch((error: unknown) => {
        if (!isStatus(error, 'NotFound')) this.#log.warn(`cannot write the clock's status: ${String(error)}`);
      });
    }
  }

  async #writeStatus(): Promise<void> {
    await this.#api.patch(
      clocks,
      { name: CLUSTER_CLOCK },
      { type: 'merge', body: { status: { now: rfc3339Micro(this.#clock.nowMs()), rate: this.#clock.rate } } },
      { subresource: 'status' },
    );
  }
}
