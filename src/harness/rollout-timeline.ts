import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Ingress } from '../kube/generated/types.ts';
import { Informer } from '../kube/informer.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { ingresses } from '../kube/resource-type.ts';
import { type Rollout, rollouts } from '../rollouts/rollout.ts';

/** The state of a canary at one moment. `t` is milliseconds of lab time since the lab started: skipped pauses count in full. */
export interface TimelineEntry {
  t: number;
  /** What the canary ingress asks the data plane for, in percent; absent while there is no canary ingress. */
  weight: number | undefined;
  stepIndex: number | undefined;
  phase: string | undefined;
  stableHash: string | undefined;
  canaryHash: string | undefined;
}

export const CANARY_WEIGHT = 'nginx.ingress.kubernetes.io/canary-weight';

/** A name that is absent is not watched. */
export interface TimelineSubject {
  namespace: string;
  rollout?: string | undefined;
  canaryIngress?: string | undefined;
}

/** Watches a Rollout and its canary ingress, and writes down every state they pass through. */
export class RolloutTimeline {
  readonly entries: TimelineEntry[] = [];
  readonly #rollout: Informer<Rollout> | undefined;
  readonly #ingress: Informer<Ingress> | undefined;
  readonly #subject: TimelineSubject;
  readonly #labTimeMs: () => number;
  readonly #api: KubeApi;
  #weights: number[] = [];
  #stepFrom = 0;

  constructor(api: KubeApi, subject: TimelineSubject, deps: { clock: Clock; log: Log; labTimeMs: () => number }) {
    this.#api = api;
    this.#subject = subject;
    this.#labTimeMs = deps.labTimeMs;
    const one = (name: string): { namespace: string; fieldSelector: string } => ({
      namespace: subject.namespace,
      fieldSelector: `metadata.name=${name}`,
    });
    this.#rollout = subject.rollout === undefined ? undefined : new Informer(api, rollouts, deps, one(subject.rollout));
    this.#ingress = subject.canaryIngress === undefined ? undefined : new Informer(api, ingresses, deps, one(subject.canaryIngress));
    this.#rollout?.onChange(() => this.#note());
    this.#ingress?.onChange(() => this.#note());
  }

  /** Starts watching; resolves when both have been listed once. */
  async start(signal: AbortSignal): Promise<void> {
    this.#rollout?.start(signal);
    this.#ingress?.start(signal);
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([Promise.all([this.#rollout?.synced, this.#ingress?.synced]), aborted]);
    this.#note();
  }

  /** From here on `weightsSinceStep` reports; the weight at this moment is the first one. */
  async beginStep(signal: AbortSignal): Promise<void> {
    await this.#caughtUp(signal);
    this.#stepFrom = Math.max(0, this.#weights.length - 1);
  }

  /** The weights since the step began, without repeats in a row. What was written before the call is in the answer. */
  async weightsSinceStep(signal: AbortSignal): Promise<number[]> {
    await this.#caughtUp(signal);
    return this.#weights.slice(this.#stepFrom);
  }

  /** Resolves when the watch has seen the canary ingress as it is in the API now. */
  async #caughtUp(signal: AbortSignal): Promise<void> {
    const { namespace, canaryIngress } = this.#subject;
    const ingress = this.#ingress;
    if (canaryIngress === undefined || ingress === undefined) return;
    const key = { namespace, name: canaryIngress };
    const now = await this.#api.get(ingresses, key, { signal });
    if (now === undefined) return;
    const { resourceVersion } = now.metadata;
    const isNewEnough = (): boolean => Number(ingress.get(key)?.metadata.resourceVersion ?? 0) >= Number(resourceVersion);
    await new Promise<void>((resolve, reject) => {
      if (isNewEnough()) {
        resolve();
        return;
      }
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      ingress.onChange(() => {
        if (isNewEnough()) resolve();
      });
    });
  }

  #note(): void {
    const { namespace, rollout = '', canaryIngress = '' } = this.#subject;
    const status = this.#rollout?.get({ namespace, name: rollout })?.status;
    const weightText = this.#ingress?.get({ namespace, name: canaryIngress })?.metadata.annotations?.[CANARY_WEIGHT];
    const weight = weightText === undefined ? undefined : Number(weightText);
    if (weight !== undefined && weight !== this.#weights.at(-1)) this.#weights.push(weight);
    const state = {
      weight,
      stepIndex: status?.currentStepIndex,
      phase: status?.phase,
      stableHash: status?.stableRS,
      canaryHash: status?.currentPodHash,
    };
    const { t: _t, ...before } = this.entries.at(-1) ?? { t: 0 };
    if (JSON.stringify(before) !== JSON.stringify(state)) this.entries.push({ t: Math.round(this.#labTimeMs()), ...state });
  }
}
