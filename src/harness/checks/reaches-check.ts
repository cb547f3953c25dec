import type { AnyObject, ObjectKey } from '../../kube/object.ts';
import { replicaSets } from '../../kube/resource-type.ts';
import type { Check, CheckContext, CheckTexts, Verdict } from '../check.ts';
import { answerCounts, type AppRequest, shownCounts } from './answer-counts.ts';
import { hashOfRevision } from './service-revision-check.ts';

export interface ReachesExpectation {
  request: AppRequest;
  rollout: Required<ObjectKey>;
  /** The Service whose Pods are meant. */
  service: string;
  revision: number;
  requests: number;
}

/** How often a series is begun again, for a data plane that follows the API with a delay (nginx: about four seconds). */
const SERIES = 3;
const SETTLE_MS = 2000;

/** Every one of a series of requests is answered by a Pod of one revision. */
export function reachesCheck(texts: CheckTexts, expectation: ReachesExpectation): Check {
  const { request, rollout, service, revision, requests } = expectation;
  return {
    id: texts.id, title: texts.title, next: texts.next,
    observes: [{ kind: 'http', service: { namespace: rollout.namespace, name: service } }],
    look: texts.look ?? ['curl', '-s', '-H', `Host: ${request.host}`, ...Object.entries(request.headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), `INGRESS${request.path}`],
    async evaluate(ctx) {
      const hash = await revisionHash(ctx, rollout, revision);
      let verdict: Verdict = { holds: false, expected: '', observed: '' };
      const deadlineMs = ctx.clock.nowMs() + (texts.timeoutMs ?? ctx.timeoutMs);
      for (let series = 1; series <= SERIES; series++) {
        const counts = await answerCounts(request, requests, ctx);
        verdict = { holds: hash !== undefined && counts.get(hash) === requests, expected: `${hash ?? '?'} ${requests} (revision ${revision})`, observed: shownCounts(counts) };
        if (verdict.holds || series === SERIES || ctx.clock.nowMs() + SETTLE_MS > deadlineMs) break;
        await ctx.clock.sleep(SETTLE_MS, ctx.signal);
      }
      return verdict;
    },
  };
}

export async function revisionHash(ctx: Pick<CheckContext, 'api' | 'signal'>, rollout: Required<ObjectKey>, revision: number): Promise<string | undefined> {
  const { items } = await ctx.api.list(replicaSets, { namespace: rollout.namespace }, { signal: ctx.signal });
  return hashOfRevision(items as unknown as AnyObject[], rollout.name, revision);
}
