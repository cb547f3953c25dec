import type { Clock } from '../base/clock.ts';
import { startBackgroundProbe } from '../traffic/background-probe.ts';
import type { LoadReport } from '../traffic/load-report.ts';
import { answeringHash } from './answering-hash.ts';

/** Requests that run in the background while the lab walks on, counted by the Pod template hash that answered. */
export interface ProbeReport {
  requests: number;
  /** Answers other than 2xx, refused or broken connections, and time-outs. */
  failures: number;
  byHash: Record<string, number>;
  /** The first failures, in words. */
  firstFailures: string[];
}

export interface TrafficProbe {
  /** The counts until now; the probe goes on. */
  snapshot(): ProbeReport;
  /** Sends one more request at once and resolves when it and all that were sent before it have been answered. */
  catchUp(): Promise<void>;
  stop(): Promise<ProbeReport>;
}

const SHOWN_FAILURES = 5;

/** Begins to send requests to the ingress. */
export function startTrafficProbe(
  ingressUrl: string,
  request: { host: string; path: string; ratePerSecond: number },
  ctx: { clock: Clock; signal: AbortSignal },
): TrafficProbe {
  const probe = startBackgroundProbe(new URL(ingressUrl), { ...request, keyOf: (result) => answeringHash(result) ?? 'unknown' }, ctx);
  return { snapshot: () => reportOf(probe.peek()), catchUp: () => probe.catchUp(), stop: async () => reportOf(await probe.stop()) };
}

function reportOf(load: LoadReport): ProbeReport {
  return {
    requests: load.requests,
    failures: load.failed,
    byHash: load.byKey,
    firstFailures: load.failures
      .slice(0, SHOWN_FAILURES)
      .map(({ status, error }) => (status === undefined ? (error ?? 'no answer') : `HTTP ${status}`)),
  };
}
