import type { ObjectKey } from '../../kube/object.ts';
import type { Check, CheckTexts } from '../check.ts';
import { probeSince } from './probe-since.ts';

/**
 * Of the requests that ran in the background while the step went on, and of some more, none failed; there were at least
 * `atLeast`. It is the proof that a transition was not felt by anyone.
 */
export function noFailedRequestCheck(texts: CheckTexts, expectation: { service: Required<ObjectKey>; atLeast: number }): Check {
  const { service, atLeast } = expectation;
  return {
    id: texts.id,
    title: texts.title,
    next: texts.next,
    historic: true,
    observes: [{ kind: 'http', service }],
    look: texts.look ?? ['kubectl', 'get', 'endpointslices', '-n', service.namespace],
    async evaluate(ctx) {
      const { requests, failures, firstFailures } = await probeSince(
        ctx,
        atLeast,
        texts.timeoutMs ?? ctx.timeoutMs,
        (failed) => failed > 0,
      );
      return {
        holds: failures === 0 && requests >= atLeast,
        expected: `0 failed of >= ${atLeast}`,
        observed: ctx.probe === undefined ? '(no request was sent)' : `${failures} failed of ${requests}`,
        detail: failures > 0 ? firstFailures.join('; ') : undefined,
      };
    },
  };
}
