import { events } from '../kube/resource-type.ts';
import type { Lab, Step, Walk } from './lab.ts';
import type { LabHistory } from './lab-history.ts';
import { startLiveSource } from './live-source.ts';
import type { LabReport } from './report.ts';
import { RolloutTimeline } from './rollout-timeline.ts';
import type { RunLabOptions } from './run-lab-options.ts';
import { startTrafficProbe, type TrafficProbe } from './traffic-probe.ts';

/** What a run watches and counts from the first step of the lab's walk on, and where in it the step at hand began. */
export class WatchedWalk {
  readonly #lab: Lab;
  readonly #options: Pick<RunLabOptions, 'api' | 'cluster' | 'ctx' | 'onLive'>;
  readonly #startMs: number;
  #skippedMs = 0;
  /** Ends what is watched. */
  #watching = new AbortController();
  #timeline: RolloutTimeline | undefined;
  #probe: TrafficProbe | undefined;
  #probeAtStepStart = { requests: 0, failures: 0 };
  #revisionAtStepStart = '0';

  /** Watches nothing yet. `startMs`: when the run began, in host milliseconds. */
  constructor(lab: Lab, options: Pick<RunLabOptions, 'api' | 'cluster' | 'ctx' | 'onLive'>, startMs: number) {
    this.#lab = lab;
    this.#options = options;
    this.#startMs = startMs;
  }

  /** The requests in the background; absent before the walk and after its end. */
  get probe(): TrafficProbe | undefined {
    return this.#probe;
  }

  /** Adds time that only the cluster has passed to the lab's own. */
  skipTime(durationMs: number): void {
    this.#skippedMs += durationMs;
  }

  /** Starts the walk at its step, and remembers where the step's own events, weights and requests begin. */
  async beginStep(step: Step): Promise<void> {
    const { api, ctx } = this.#options;
    const { walk, steps } = this.#lab;
    const hasBegun = walk !== undefined && steps.indexOf(step) >= steps.findIndex(({ id }) => id === walk.from);
    if (walk !== undefined && hasBegun && this.#timeline === undefined) await this.#start(walk);
    await this.#timeline?.beginStep(ctx.signal);
    const { requests, failures } = this.#probe?.snapshot() ?? { requests: 0, failures: 0 };
    this.#probeAtStepStart = { requests, failures };
    this.#revisionAtStepStart = (
      await api.list(events, { namespace: walk?.namespace ?? 'default' }, { signal: ctx.signal, limit: 1 })
    ).resourceVersion;
  }

  /** What belongs to the step that began last. */
  history(): LabHistory {
    return {
      revisionAtStepStart: this.#revisionAtStepStart,
      probeAtStepStart: this.#probeAtStepStart,
      weightsSinceStep: async (signal) => (await this.#timeline?.weightsSinceStep(signal)) ?? [],
    };
  }

  /** Forgets what was watched and counted: it belongs to a course of events that the cluster will no longer know. */
  async startOver(): Promise<void> {
    this.#options.onLive?.(undefined);
    await this.#probe?.stop();
    this.#probe = undefined;
    this.#watching.abort();
    this.#watching = new AbortController();
    this.#timeline = undefined;
  }

  /** Stops the requests; resolves with what was seen, `traffic` only when there were any. */
  async finish(): Promise<{ timeline: LabReport['timeline']; traffic: LabReport['traffic'] | undefined }> {
    const counted = await this.#probe?.stop();
    this.#probe = undefined;
    return {
      timeline: this.#timeline?.entries ?? [],
      traffic: counted && { requests: counted.requests, failures: counted.failures, byHash: counted.byHash },
    };
  }

  /** Ends whatever still goes on, however the run went. */
  async end(): Promise<void> {
    this.#options.onLive?.(undefined);
    await this.#probe?.stop().catch(() => undefined);
    this.#watching.abort();
  }

  async #start(walk: Walk): Promise<void> {
    const { api, cluster, ctx } = this.#options;
    const { clock, log } = ctx;
    const labTimeMs = (): number => clock.nowMs() - this.#startMs + this.#skippedMs;
    this.#timeline = new RolloutTimeline(api, walk, { clock, log: log.named('timeline'), labTimeMs });
    const signal = AbortSignal.any([ctx.signal, this.#watching.signal]);
    await this.#timeline.start(signal);
    this.#probe = startTrafficProbe(cluster.ingressUrl, walk.probe, ctx);
    this.#options.onLive?.(startLiveSource(api, walk, this.#probe, { clock, log: log.named('live'), signal }));
  }
}
