import type { ObjectKey } from '../../kube/object.ts';
import type { Check, CheckTexts, Verdict } from '../check.ts';
import { curlWords } from '../curl-words.ts';
import { type Version, versionHash, versionName } from '../version.ts';
import { type AppRequest, answerCounts, shownCounts } from './answer-counts.ts';

export interface ReachesExpectation {
  request: AppRequest;
  /** The Service whose Pods are meant. */
  service: Required<ObjectKey>;
  version: Version;
  requests: number;
}

/** How often a series is begun again, for a data plane that follows the API with a delay (nginx: about four seconds). */
const SERIES = 3;
const SETTLE_MS = 2000;

/** Every one of a series of requests is answered by a Pod of one version. */
export function reachesCheck(texts: CheckTexts, expectation: ReachesExpectation): Check {
  const { request, service, version, requests } = expectation;
  return {
    id: texts.id,
    title: texts.title,
    next: texts.next,
    observes: [{ kind: 'http', service }],
    look: texts.look ?? curlWords(request),
    async evaluate(ctx) {
      const hash = await versionHash(version, ctx);
      let verdict: Verdict = { holds: false, expected: '', observed: '' };
      const deadlineMs = ctx.clock.nowMs() + (texts.timeoutMs ?? ctx.timeoutMs);
      for (let series = 1; series <= SERIES; series++) {
        const counts = await answerCounts(request, requests, ctx);
        verdict = {
          holds: hash !== undefined && counts.get(hash) === requests,
          expected: `${hash ?? '?'} ${requests} (${versionName(version)})`,
          observed: shownCounts(counts),
        };
        if (verdict.holds || series === SERIES || ctx.clock.nowMs() + SETTLE_MS > deadlineMs) break;
        await ctx.clock.sleep(SETTLE_MS, ctx.signal);
      }
      return verdict;
    },
  };
}
