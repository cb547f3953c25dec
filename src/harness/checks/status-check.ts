import type { ObjectKey } from '../../kube/object.ts';
import { RequestSender } from '../../traffic/send-request.ts';
import type { Check, CheckTexts, Verdict } from '../check.ts';
import { curlWords } from '../curl-words.ts';
import type { Observation } from '../observation.ts';
import type { AppRequest } from './answer-counts.ts';

export interface StatusExpectation {
  request: AppRequest;
  /** The HTTP status that is counted. */
  status: number;
  requests: number;
  /** How many of the requests must get that status; default all. */
  atLeast?: number;
  /** What decides about the answers: a Service's Pods, or a field of the ingress. */
  observes: { service: Required<ObjectKey> } | { field: Extract<Observation, { kind: 'field' }> };
}

const EVERY_MS = 250;

/** So many of a series of requests get a status; the series is repeated until they do. */
export function statusCheck(texts: CheckTexts, expectation: StatusExpectation): Check {
  const { request, status, requests, observes } = expectation;
  const wanted = expectation.atLeast ?? requests;
  return {
    id: texts.id,
    title: texts.title,
    next: texts.next,
    observes: ['service' in observes ? { kind: 'http', service: observes.service } : observes.field],
    look: texts.look ?? curlWords(request).toSpliced(1, 0, '-i'),
    async evaluate(ctx) {
      const sender = new RequestSender(new URL(ctx.ingressUrl), { clock: ctx.clock, maxConnections: 12 });
      const deadlineMs = ctx.clock.nowMs() + (texts.timeoutMs ?? ctx.timeoutMs);
      try {
        for (;;) {
          const answers = await Promise.all(Array.from({ length: requests }, () => sender.send(request, ctx.signal)));
          ctx.signal.throwIfAborted();
          const verdict = judged(
            answers.map((answer) => (answer.status === undefined ? (answer.error ?? 'no answer') : `HTTP ${answer.status}`)),
            `HTTP ${status}`,
            wanted,
          );
          if (verdict.holds || ctx.clock.nowMs() + EVERY_MS > deadlineMs) return verdict;
          await ctx.clock.sleep(EVERY_MS, ctx.signal);
        }
      } finally {
        sender.close();
      }
    },
  };
}

function judged(outcomes: readonly string[], wanted: string, atLeast: number): Verdict {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return {
    holds: (counts.get(wanted) ?? 0) >= atLeast,
    expected: `${wanted} for ${atLeast === outcomes.length ? '' : '>= '}${atLeast} of ${outcomes.length}`,
    observed: [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([outcome, n]) => `${outcome}: ${n}`)
      .join(', '),
  };
}
