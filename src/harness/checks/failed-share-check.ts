import type { ObjectKey } from '../../kube/object.ts';
import { splitBound } from '../../traffic/binomial.ts';
import type { Check, CheckTexts } from '../check.ts';
import { probeSince } from './probe-since.ts';

export interface FailedShareExpectation {
  service: Required<ObjectKey>;
  /** Requests on which the judgement rests, at least. */
  atLeast: number;
  /** The share of failures that is allowed, in percent. */
  atMostPercent: number;
  /** The chance that an allowed share is called too high. */
  errorRate: number;
}

/** Of the requests that ran in the background since the step began no more failed than the share allows, chance included. */
export function failedShareCheck(texts: CheckTexts, expectation: FailedShareExpectation): Check {
  const { service, atLeast, atMostPercent, errorRate } = expectation;
  return {
    id: texts.id,
    title: texts.title,
    next: texts.next,
    historic: true,
    observes: [{ kind: 'http', service }],
    look: texts.look ?? ['kubectl', 'get', 'endpointslices', '-n', service.namespace],
    async evaluate(ctx) {
      const allowedOf = (requests: number): number =>
        splitBound({ n: Math.max(requests, atLeast), p: atMostPercent / 100, errorRate }).high;
      const { requests, failures, firstFailures } = await probeSince(
        ctx,
        atLeast,
        texts.timeoutMs ?? ctx.timeoutMs,
        (failed, sent) => failed > allowedOf(sent),
      );
      const allowed = allowedOf(requests);
      return {
        holds: requests >= atLeast && failures <= allowed,
        expected: `<= ${allowed} failed of ${requests}`,
        observed: `${failures} failed of ${requests}`,
        detail: failures > allowed ? firstFailures.join('; ') : undefined,
      };
    },
  };
}
