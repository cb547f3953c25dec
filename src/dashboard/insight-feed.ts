import type { Clock, Timer } from '../base/clock.ts';
import type { Event } from '../kube/generated/types.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { keyOf, keyString, type ObjectKey } from '../kube/object.ts';
import { events } from '../kube/resource-type.ts';
import { isStatus } from '../kube/status-error.ts';
import type { Rollout } from '../rollouts/rollout.ts';
import { maxWeightOf } from '../rollouts/strategy-defaults.ts';
import type { ClusterTime } from './cluster-time.ts';
import type { RolloutsView } from './rollouts-view.ts';
import { runningPause, waitingFor } from './waiting-for.ts';
import type { WireEvent, WireInsight } from './wire.ts';

const EVERY_MS = 1000;
const GATHER_MS = 200;
const SHOWN_EVENTS = 40;

interface Watched {
  key: ObjectKey;
  readers: Set<(json: string) => void>;
  timer: Timer | undefined;
  isReading: boolean;
  isDirty: boolean;
  /** As last read. */
  events: RecentEvents;
}

interface RecentEvents {
  events: WireEvent[];
  eventsForbidden?: true;
  clusterAway?: true;
}

/** What `WireInsight` holds of each Rollout that somebody looks at: once a second, and soon after a change. */
export class InsightFeed {
  readonly #deps: { api: KubeApi; view: RolloutsView; time: ClusterTime; clock: Clock; signal: AbortSignal };
  readonly #watched = new Map<string, Watched>();

  constructor(deps: { api: KubeApi; view: RolloutsView; time: ClusterTime; clock: Clock; signal: AbortSignal }) {
    this.#deps = deps;
    deps.view.onChange(({ rollout }) => {
      const watched = this.#watched.get(keyString(keyOf(rollout)));
      if (watched === undefined) return;
      watched.isDirty = true;
      if (!watched.isReading) this.#schedule(watched, GATHER_MS);
    });
  }

  watch(key: ObjectKey, send: (json: string) => void): () => void {
    const id = keyString(key);
    let watched = this.#watched.get(id);
    if (watched === undefined)
      this.#watched.set(
        id,
        (watched = { key, readers: new Set(), timer: undefined, isReading: false, isDirty: false, events: { events: [] } }),
      );
    watched.readers.add(send);
    if (!watched.isReading) this.#schedule(watched, 0);
    return () => {
      watched.readers.delete(send);
      if (watched.readers.size > 0 || this.#watched.get(id) !== watched) return;
      watched.timer?.cancel();
      this.#watched.delete(id);
    };
  }

  #schedule(watched: Watched, delayMs: number): void {
    watched.timer?.cancel();
    watched.timer = this.#deps.clock.after(delayMs, () => {
      void this.#tell(watched);
    });
  }

  async #tell(watched: Watched): Promise<void> {
    const { view, signal } = this.#deps;
    watched.isReading = true;
    watched.isDirty = false;
    try {
      const [{ nowMs, rate }, recent] = await Promise.all([this.#deps.time.read(signal), this.#recentEvents(watched.key)]);
      watched.events = recent ?? { ...watched.events, clusterAway: true };
      const rollout = view.get(watched.key);
      if (rollout !== undefined) {
        const json = JSON.stringify(insightOf(rollout, view, { nowMs, rate, ...watched.events }));
        for (const send of watched.readers) send(json);
      }
    } catch {
      /* the cluster is away: the next round tries again */
    }
    watched.isReading = false;
    if (watched.readers.size > 0 && !signal.aborted) this.#schedule(watched, watched.isDirty ? GATHER_MS : EVERY_MS);
  }

  /** `undefined` when the cluster does not answer. */
  async #recentEvents({ namespace, name }: ObjectKey): Promise<RecentEvents | undefined> {
    const { api, signal } = this.#deps;
    try {
      const { items } = await api.list(
        events,
        { namespace, fieldSelector: `involvedObject.kind=Rollout,involvedObject.name=${name}` },
        { signal },
      );
      // Events have whole seconds; within one, the store's revision knows the order.
      const newestFirst = (a: { shown: WireEvent; revision: number }, b: { shown: WireEvent; revision: number }): number =>
        a.shown.at === b.shown.at ? b.revision - a.revision : a.shown.at < b.shown.at ? 1 : -1;
      const shown = items
        .map((event) => ({ shown: wireEvent(event), revision: Number(event.metadata.resourceVersion) }))
        .sort(newestFirst)
        .slice(0, SHOWN_EVENTS);
      return { events: shown.map((entry) => entry.shown) };
    } catch (error) {
      return isStatus(error, 'Forbidden') ? { events: [], eventsForbidden: true } : undefined;
    }
  }
}

function insightOf(rollout: Rollout, view: RolloutsView, now: { nowMs: number; rate: number } & RecentEvents): WireInsight {
  const { status = {} } = rollout;
  return {
    ...now,
    maxWeight: maxWeightOf(rollout),
    waiting: waitingFor(rollout, view.info(rollout)),
    pause: runningPause(rollout),
    stableHash: status.stableRS ?? '',
    currentHash: status.currentPodHash ?? '',
    conditions: (status.conditions ?? []).map(({ type, status: value, reason, message, lastUpdateTime }) => ({
      type,
      status: value,
      reason,
      message,
      at: lastUpdateTime,
    })),
  };
}

function wireEvent(event: Event): WireEvent {
  const at =
    event.lastTimestamp ??
    event.series?.lastObservedTime ??
    event.eventTime ??
    event.firstTimestamp ??
    event.metadata.creationTimestamp ??
    '';
  return {
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? '',
    count: event.count ?? event.series?.count ?? 1,
    at,
    on: event.involvedObject.name ?? '',
  };
}
