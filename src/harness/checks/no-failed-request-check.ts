import type { ObjectKey } from '../../kube/object.ts';
import type { Check, CheckTexts } from '../check.ts';
import type { ProbeReport } from '../traffic-probe.ts';

const EVERY_MS = 50;

/**
 * Of the requests that ran in the background while the step went on, and of `atLeast` more, none failed. It is the proof that
 * a transition was not felt by anyone.
 */
export function noFailedRequestCheck(texts: CheckTexts, expectation: { service: Required<ObjectKey>; atLeast: number }): Check {
  return {
    id: texts.id, title: texts.title, next: texts.next, historic: true,
    observes: [{ kind: 'http', service: expectation.service }],
    look: texts.look ?? ['kubectl', 'get', 'endpointslices', '-n', expectation.service.namespace],
    async evaluate(ctx) {
      const expected = `0 failed of >= ${expectation.atLeast}`;
      const { probe } = ctx;
      if (probe === undefined) return { holds: false, expected, observed: '(no request was sent)' };
      const before = ctx.history.probeAtStepStart;
      const first = probe.snapshot();
      const deadlineMs = ctx.clock.nowMs() + (texts.timeoutMs ?? ctx.timeoutMs);
      let now: ProbeReport = first;
      const enough = (): boolean => now.requests - first.requests >= Math.min(5, expectation.atLeast) && now.requests - before.requests >= expectation.atLeast;
      while (!enough() && now.failures === before.failures && ctx.clock.nowMs() < deadlineMs) {
        await ctx.clock.sleep(EVERY_MS, ctx.signal);
        now = probe.snapshot();
      }
      const failed = now.failures - before.failures;
      return { holds: failed === 0 && enough(), expected, observed: `${failed} failed of ${now.requests - before.requests}`, detail: failed > 0 ? now.firstFailures.join('; ') : undefined };
    },
  };
}
