import type { ObjectKey } from '../../kube/object.ts';
import { ingresses } from '../../kube/resource-type.ts';
import type { Check, CheckTexts } from '../check.ts';
import { field } from '../observation.ts';
import { CANARY_WEIGHT } from '../rollout-timeline.ts';
import { jsonPathOf } from './path-value.ts';

/** Since the step began the canary ingress has had exactly these weights, in this order: none was skipped, none was added. */
export function weightsCheck(texts: CheckTexts, expectation: { ingress: Required<ObjectKey>; weights: readonly number[] }): Check {
  const { ingress, weights } = expectation;
  const path = ['metadata', 'annotations', CANARY_WEIGHT];
  return {
    id: texts.id,
    title: texts.title,
    next: texts.next,
    historic: true,
    observes: [field(ingresses, ingress, ...path)],
    look: texts.look ?? ['kubectl', 'get', 'ingress', ingress.name, '-n', ingress.namespace, '-o', jsonPathOf(path)],
    async evaluate(ctx) {
      const seen = await ctx.history.weightsSinceStep(ctx.signal);
      return {
        holds: JSON.stringify(seen) === JSON.stringify(weights),
        expected: weights.join(' → '),
        observed: seen.join(' → ') || '(no weight)',
      };
    },
  };
}
