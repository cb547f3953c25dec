import type { ObjectKey } from '../../kube/object.ts';
import { RequestSender } from '../../traffic/send-request.ts';
import type { Check, CheckTexts, Verdict } from '../check.ts';
import { curlWords } from '../curl-words.ts';
import type { AppRequest } from './answer-counts.ts';

export interface LatencyExpectation {
  request: AppRequest;
  service: Required<ObjectKey>;
  requests: number;
  percentile: number;
  belowMs: number;
}

const AT_ONCE = 4;

/** The answers to a series of requests are all 2xx, and the percentile of their times lies below a bound. Time is the host's. */
export function latencyCheck(texts: CheckTexts, { request, service, requests, percentile, belowMs }: LatencyExpectation): Check {
  return {
    id: texts.id,
    title: texts.title,
    next: texts.next,
    observes: [{ kind: 'http', service }],
    look: texts.look ?? [...curlWords(request), '-w', '%{time_total}'],
    async evaluate(ctx): Promise<Verdict> {
      const sender = new RequestSender(new URL(ctx.ingressUrl), { clock: ctx.clock, maxConnections: AT_ONCE });
      try {
        const answers = await Promise.all(Array.from({ length: requests }, () => sender.send(request, ctx.signal)));
        ctx.signal.throwIfAborted();
        const bad = answers.filter(({ status }) => status === undefined || status < 200 || status > 299).length;
        const times = answers.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
        const at = times[Math.max(0, Math.ceil((percentile / 100) * times.length) - 1)] ?? 0;
        return {
          holds: bad === 0 && at < belowMs,
          expected: `p${percentile} < ${belowMs} ms, 0 bad answers`,
          observed: `p${percentile} ${at.toFixed(0)} ms, ${bad} bad answers of ${requests}`,
        };
      } finally {
        sender.close();
      }
    },
  };
}
