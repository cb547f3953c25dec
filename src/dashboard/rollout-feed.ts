import type { Clock, Timer } from '../base/clock.ts';
import { keyOf, keyString, type ObjectKey } from '../kube/object.ts';
import type { Rollout } from '../rollouts/rollout.ts';
import type { RolloutsView } from './rollouts-view.ts';
import type { WireListEvent, WireRolloutEvent } from './wire.ts';
import { wireRollout } from './wire-rollout.ts';

/** Changes within this time are told as one, as upstream does. */
const GATHER_MS = 200;
/** A watch of one Rollout repeats itself this often. */
const REPEAT_MS = 1000;

type Send = (json: string) => void;

/**
 * Tells watchers of Rollouts what changed. Each state is put into JSON once, however many watch: ten watchers cost little more than one. Watchers of a
 * Deployment-backed Rollout (`workloadRef`) see its template as of the start of their watch.
 */
export class RolloutFeed {
  readonly #view: RolloutsView;
  readonly #clock: Clock;
  readonly #lists = new Map<Send, string | undefined>();
  readonly #details = new Map<Send, { key: string; sentAtMs: number; template: { spec?: never } | undefined }>();
  readonly #dirty = new Map<string, { type: 'Updated' | 'Deleted'; rollout: Rollout }>();
  readonly #stopWatching: () => void;
  #gathering: Timer | undefined;
  #repeating: Timer | undefined;
  #isStopped = false;

  constructor(view: RolloutsView, deps: { clock: Clock }) {
    this.#view = view;
    this.#clock = deps.clock;
    this.#stopWatching = view.onChange(({ type, rollout }) => {
      if (this.#lists.size === 0 && this.#details.size === 0) return;
      this.#dirty.set(keyString(keyOf(rollout)), { type, rollout });
      this.#gathering ??= this.#clock.after(GATHER_MS, () => this.#flush());
    });
  }

  /** Every Rollout of the namespace at once, then each that changes. Returns what ends the watch. */
  watchList(namespace: string | undefined, send: Send): () => void {
    this.#lists.set(send, namespace);
    for (const rollout of this.#view.list(namespace)) send(this.#listEvent('Updated', rollout));
    return () => {
      this.#lists.delete(send);
    };
  }

  /** The Rollout at once, after changes, and every second. */
  watchOne(key: ObjectKey, template: { spec?: never } | undefined, send: Send): () => void {
    const rollout = this.#view.get(key);
    this.#details.set(send, { key: keyString(key), sentAtMs: this.#clock.nowMs(), template });
    if (rollout !== undefined) send(this.#detailEvent(rollout, template));
    this.#repeating ??= this.#clock.after(REPEAT_MS, () => this.#repeat());
    return () => {
      this.#details.delete(send);
    };
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopWatching();
    this.#gathering?.cancel();
    this.#repeating?.cancel();
  }

  #flush(): void {
    this.#gathering = undefined;
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const [key, { type, rollout: changed }] of dirty) {
      const rollout = type === 'Deleted' ? changed : this.#view.get(keyOf(changed));
      if (rollout === undefined) continue;
      let listJson: string | undefined;
      for (const [send, namespace] of this.#lists) {
        if (namespace === undefined || namespace === rollout.metadata.namespace) send((listJson ??= this.#listEvent(type, rollout)));
      }
      if (type === 'Updated') this.#sendDetails((watched) => watched.key === key);
    }
  }

  #repeat(): void {
    this.#repeating = undefined;
    if (this.#details.size === 0 || this.#isStopped) return;
    const staleMs = this.#clock.nowMs() - REPEAT_MS + 50;
    this.#sendDetails((watched) => watched.sentAtMs <= staleMs);
    this.#repeating = this.#clock.after(REPEAT_MS, () => this.#repeat());
  }

  #sendDetails(isWanted: (watched: { key: string; sentAtMs: number }) => boolean): void {
    const written = new Map<string, string>();
    const nowMs = this.#clock.nowMs();
    for (const [send, watched] of this.#details) {
      if (!isWanted(watched)) continue;
      let json = written.get(watched.key);
      if (json === undefined) {
        const slash = watched.key.indexOf('/');
        const rollout = this.#view.get({ namespace: watched.key.slice(0, slash), name: watched.key.slice(slash + 1) });
        if (rollout === undefined) continue;
        json = this.#detailEvent(rollout, watched.template);
        written.set(watched.key, json);
      }
      watched.sentAtMs = nowMs;
      send(json);
    }
  }

  #listEvent(type: 'Updated' | 'Deleted', rollout: Rollout): string {
    return JSON.stringify({ result: { type, rolloutInfo: wireRollout(this.#view.info(rollout), 'list') } } satisfies WireListEvent);
  }

  #detailEvent(rollout: Rollout, template: { spec?: never } | undefined): string {
    return JSON.stringify({ result: wireRollout(this.#view.info(rollout, template), 'full') } satisfies WireRolloutEvent);
  }
}
