import type { RunContext } from '../base/run-context.ts';
import { type LoadReport, ReportBuilder } from './load-report.ts';
import { type RequestResult, RequestSender, type RequestSpec, requireLocal } from './send-request.ts';

export interface ProbeOptions extends RequestSpec {
  ratePerSecond: number;
  keyOf?: (result: RequestResult) => string;
  onResult?: (result: RequestResult) => void;
  allowRemote?: boolean;
}

/** What a probe saw; every transport error and every status outside 200-299 is a failure. */
export type ProbeReport = LoadReport;

export interface BackgroundProbe {
  /** What was seen so far. */
  peek(): ProbeReport;
  /** Sends one request at once, beside the others, and resolves when it and all that were sent before it have been answered. */
  catchUp(): Promise<void>;
  /** Sends nothing more, waits for the answers under way, and reports. */
  stop(): Promise<ProbeReport>;
}

/** Sends requests at a constant rate, not waiting for answers, until stopped or until the signal aborts. `ctx.clock` must be the host's. */
export function startBackgroundProbe(target: URL, options: ProbeOptions, ctx: Pick<RunContext, 'clock' | 'signal'>): BackgroundProbe {
  requireLocal(target, options.allowRemote ?? false);
  const { clock } = ctx;
  const sender = new RequestSender(target, { clock });
  const startedMs = clock.nowMs();
  const builder = new ReportBuilder(startedMs, options.keyOf);
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, ctx.signal]);
  const running = new Set<Promise<void>>();
  let sent = 0;
  const one = async (dueAtMs: number): Promise<void> => {
    const result = await sender.send(options, ctx.signal, dueAtMs);
    if (result.error === 'ABORTED') return;
    builder.add(result);
    options.onResult?.(result);
  };
  const send = (dueAtMs: number): void => {
    const request: Promise<void> = one(dueAtMs).finally(() => running.delete(request));
    running.add(request);
  };
  const loop = (async () => {
    while (!signal.aborted) {
      const due = 1 + Math.floor(((clock.nowMs() - startedMs) * options.ratePerSecond) / 1000);
      for (; sent < due; sent++) send(startedMs + (sent * 1000) / options.ratePerSecond);
      await clock.sleep(Math.max(1, startedMs + (sent * 1000) / options.ratePerSecond - clock.nowMs()), signal).catch(() => {});
    }
  })();
  let stopped: Promise<ProbeReport> | undefined;
  return {
    peek: () => builder.report(clock.nowMs()),
    async catchUp() {
      if (signal.aborted) return;
      send(clock.nowMs());
      await Promise.all(running);
    },
    stop: () =>
      (stopped ??= (async () => {
        stopping.abort();
        await loop;
        await Promise.all(running);
        sender.close();
        return builder.report(clock.nowMs());
      })()),
  };
}
