import { LabError } from '../base/errors.ts';
import type { RunContext } from '../base/run-context.ts';
import { type LoadReport, ReportBuilder } from './load-report.ts';
import { type RequestResult, RequestSender, type RequestSpec, requireLocal } from './send-request.ts';

/** Either a fixed arrival rate that does not wait for answers, or a fixed number of clients that do. */
export type LoadShape =
  | { ratePerSecond: number; durationMs: number }
  | { concurrency: number; requests: number }
  | { concurrency: number; durationMs: number };

export type LoadOptions = LoadShape &
  RequestSpec & {
    /** What successful answers are counted by. */
    keyOf?: (result: RequestResult) => string;
    onResult?: (result: RequestResult) => void;
    /** Lets the target be another machine. */
    allowRemote?: boolean;
  };

const REFUSED_LIMIT = 10;

/**
 * Sends load to `target` over keep-alive connections and counts the answers; times are on `ctx.clock`, which must be the host's. Ends
 * early, with what was counted, when the signal aborts. Rejects with `TARGET_UNREACHABLE` when the first 10 requests are refused, and
 * with `TARGET_NOT_LOCAL`.
 */
export async function generateLoad(target: URL, options: LoadOptions, ctx: Pick<RunContext, 'clock' | 'signal'>): Promise<LoadReport> {
  requireLocal(target, options.allowRemote ?? false);
  const { clock, signal } = ctx;
  const sender = new RequestSender(target, { clock, maxConnections: 'concurrency' in options ? options.concurrency : 256 });
  const startedMs = clock.nowMs();
  const builder = new ReportBuilder(startedMs, options.keyOf);
  const stop = new AbortController();
  let refused = 0;
  let sent = 0;
  const one = async (dueAtMs?: number): Promise<void> => {
    sent += 1;
    const result = await sender.send(options, signal, dueAtMs);
    if (result.error === 'ABORTED') return;
    if (result.error === 'ECONNREFUSED') refused += 1;
    else refused = Number.NEGATIVE_INFINITY;
    if (refused >= REFUSED_LIMIT)
      stop.abort(
        new LabError('TARGET_UNREACHABLE', `Nothing listens at ${target.origin}.`, {
          next: 'Is the cluster up? "canary-lab cluster status" shows its ingress address.',
        }),
      );
    builder.add(result);
    options.onResult?.(result);
  };
  const isEnded = (): boolean => stop.signal.aborted || signal.aborted;
  try {
    if ('ratePerSecond' in options) {
      const running = new Set<Promise<void>>();
      const total = Math.round((options.ratePerSecond * options.durationMs) / 1000);
      while (sent < total && !isEnded()) {
        const due = Math.min(total, 1 + Math.floor(((clock.nowMs() - startedMs) * options.ratePerSecond) / 1000));
        while (sent < due) {
          const request: Promise<void> = one(startedMs + (sent * 1000) / options.ratePerSecond).finally(() => running.delete(request));
          running.add(request);
        }
        if (sent < total)
          await clock.sleep(Math.max(1, startedMs + (sent * 1000) / options.ratePerSecond - clock.nowMs()), signal).catch(() => {});
      }
      await Promise.all(running);
    } else {
      const isDone = (): boolean =>
        isEnded() || ('requests' in options ? sent >= options.requests : clock.nowMs() - startedMs >= options.durationMs);
      await Promise.all(
        Array.from({ length: options.concurrency }, async () => {
          while (!isDone()) await one();
        }),
      );
    }
    stop.signal.throwIfAborted();
    return builder.report(clock.nowMs());
  } finally {
    sender.close();
  }
}
