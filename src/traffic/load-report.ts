import { LatencyHistogram } from './latency-histogram.ts';
import type { RequestResult } from './send-request.ts';

/** A request that did not succeed: no answer at all, or a status outside 200-299. */
export interface RequestFailure {
  atMs: number;
  status: number | undefined;
  error: string | undefined;
}

export interface LoadReport {
  requests: number;
  /** Answers with a status of 200-299. */
  succeeded: number;
  byStatus: Record<string, number>;
  /** Successful answers by the key that the caller reads from them; answers without one count under `''`. */
  byKey: Record<string, number>;
  failed: number;
  /** The first 1000 failures. */
  failures: RequestFailure[];
  startedAtMs: number;
  durationMs: number;
  latency: { p50Ms: number; p95Ms: number; p99Ms: number; maxMs: number };
}

const KEPT_FAILURES = 1000;

/** Adds up results. */
export class ReportBuilder {
  readonly #keyOf: (result: RequestResult) => string;
  readonly #latency = new LatencyHistogram();
  readonly #byStatus = new Map<string, number>();
  readonly #byKey = new Map<string, number>();
  readonly #failures: RequestFailure[] = [];
  readonly #startedAtMs: number;
  #requests = 0;
  #failed = 0;

  constructor(startedAtMs: number, keyOf: (result: RequestResult) => string = () => '') {
    this.#startedAtMs = startedAtMs;
    this.#keyOf = keyOf;
  }

  add(result: RequestResult): void {
    this.#requests += 1;
    this.#latency.record(result.durationMs);
    const status = result.status === undefined ? (result.error ?? 'error') : String(result.status);
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
    if (isSuccess(result)) {
      const key = this.#keyOf(result);
      this.#byKey.set(key, (this.#byKey.get(key) ?? 0) + 1);
      return;
    }
    this.#failed += 1;
    if (this.#failures.length < KEPT_FAILURES) this.#failures.push({ atMs: result.atMs, status: result.status, error: result.error });
  }

  report(nowMs: number): LoadReport {
    return {
      requests: this.#requests,
      succeeded: this.#requests - this.#failed,
      byStatus: Object.fromEntries(this.#byStatus),
      byKey: Object.fromEntries(this.#byKey),
      failed: this.#failed,
      failures: [...this.#failures],
      startedAtMs: this.#startedAtMs,
      durationMs: nowMs - this.#startedAtMs,
      latency: {
        p50Ms: this.#latency.percentile(0.5),
        p95Ms: this.#latency.percentile(0.95),
        p99Ms: this.#latency.percentile(0.99),
        maxMs: this.#latency.maxMs,
      },
    };
  }
}

export function isSuccess(result: RequestResult): boolean {
  return result.status !== undefined && result.status >= 200 && result.status < 300;
}

/** Reads one field of a JSON answer as the key of a report: `jsonKey('podTemplateHash')`. Answers that have none give `''`. */
export function jsonKey(field: string): (result: RequestResult) => string {
  return ({ body }) => {
    try {
      const value = (JSON.parse(body) as Record<string, unknown> | null)?.[field];
      return value === undefined || value === null ? '' : String(value);
    } catch {
      return '';
    }
  };
}
