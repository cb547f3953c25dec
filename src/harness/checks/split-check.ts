import type { ObjectKey } from '../../kube/object.ts';
import { splitBound } from '../../traffic/binomial.ts';
import type { Check, CheckTexts, Verdict } from '../check.ts';
import { type Version, versionHash, versionName } from '../version.ts';
import { type AppRequest, answerCounts, shownCounts } from './answer-counts.ts';

export interface SplitExpectation {
  request: AppRequest;
  canaryService: Required<ObjectKey>;
  stable: Version;
  canary: Version;
  /** Percent of the requests that the canary should get. */
  weight: number;
  requests: number;
  /** The chance that a correct split is called wrong. */
  errorRate: number;
}

/** How often it is measured: again only for a data plane that was late. Each look has its share of the error rate. */
const LOOKS = 2;
const SETTLE_MS = 4000;

/**
 * The canary answers as many requests as its weight asks for, within the exact binomial bound: weights are independent
 * random draws, so a fixed tolerance would be wrong too often or too late. Only the two versions may answer.
 */
export function splitCheck(texts: CheckTexts, expectation: SplitExpectation): Check {
  const { request, canaryService, weight, requests, errorRate } = expectation;
  const { low, high } = splitBound({ n: requests, p: weight / 100, errorRate: errorRate / LOOKS });
  return {
    id: texts.id,
    title: texts.title,
    next: texts.next,
    observes: [{ kind: 'http', service: canaryService }],
    look: texts.look ?? ['canary-lab', 'traffic', `INGRESS${request.path}`, '--host', request.host],
    async evaluate(ctx) {
      const [stable, canary] = await Promise.all([versionHash(expectation.stable, ctx), versionHash(expectation.canary, ctx)]);
      let verdict: Verdict = { holds: false, expected: '', observed: '' };
      for (let look = 1; look <= LOOKS; look++) {
        const counts = await answerCounts(request, requests, ctx);
        const toCanary = counts.get(canary ?? '') ?? 0;
        const strangers = requests - toCanary - (counts.get(stable ?? '') ?? 0);
        verdict = {
          holds: canary !== undefined && stable !== undefined && toCanary >= low && toCanary <= high && strangers === 0,
          expected: `${low}..${high} of ${requests} to ${canary ?? '?'} (${versionName(expectation.canary)}), the rest to ${stable ?? '?'}`,
          observed: shownCounts(counts),
          detail: `weight ${weight} %, error rate ${errorRate}`,
        };
        if (verdict.holds || look === LOOKS || ctx.timeoutMs < SETTLE_MS) break;
        await ctx.clock.sleep(SETTLE_MS, ctx.signal);
      }
      return verdict;
    },
  };
}
