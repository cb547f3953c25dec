import type { KubeApi } from '../../../../kube/kube-api.ts';
import type { AnalysisPhase, AnalysisRun, Measurement, Metric } from '../../../../rollouts/analysis/analysis-run.ts';

/** HTTP as a program inside the cluster does it; cluster DNS names resolve. */
export type HttpFetch = (
  url: string,
  init?: { method?: string; headers?: Record<string, string>; body?: string; signal?: AbortSignal },
) => Promise<{ status: number; headers: Record<string, string>; text(): Promise<string> }>;

export interface ProviderDeps {
  api: KubeApi;
  fetch: HttpFetch;
  nowMs: number;
  /** Runs `work` with a signal that aborts after `ms`, which pass on the host: sockets know no virtual time. */
  withTimeout<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Where Prometheus is when a metric does not say. */
  prometheusAddress: string | undefined;
}

/** A finished or running measurement; `result` is what conditions look at, when the provider leaves the phase to them. */
export type ProviderOutcome =
  | { result: unknown; value: string; metadata?: Record<string, string> }
  | { phase: AnalysisPhase; message?: string; metadata?: Record<string, string>; resumeAfterMs?: number };

/** One way to measure. Throwing makes the measurement an Error with that text. */
export interface MetricProvider {
  run(run: AnalysisRun, metric: Metric, measured: number, deps: ProviderDeps): Promise<ProviderOutcome>;
  /** Looks at a measurement that was still running. */
  resume?(run: AnalysisRun, metric: Metric, measurement: Measurement, deps: ProviderDeps): Promise<ProviderOutcome>;
  /** Removes what measurements beyond the newest `kept` left behind. */
  discard?(run: AnalysisRun, metric: Metric, kept: number, deps: ProviderDeps): Promise<void>;
  terminate?(run: AnalysisRun, metric: Metric, measurement: Measurement, deps: ProviderDeps): Promise<ProviderOutcome>;
}
