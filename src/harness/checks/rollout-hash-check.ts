import type { ObjectKey } from '../../kube/object.ts';
import { replicaSets } from '../../kube/resource-type.ts';
import { rollouts } from '../../rollouts/rollout.ts';
import type { Check, CheckTexts } from '../check.ts';
import { field } from '../observation.ts';
import { hashOfRevision } from '../version.ts';
import { jsonPathOf, valueAt } from './path-value.ts';
import { shown, stateCheck } from './state-check.ts';

/** A hash in a Rollout's status (`stableRS` or `currentPodHash`) is the one of a revision. */
export function rolloutHashCheck(
  texts: CheckTexts,
  expectation: { rollout: Required<ObjectKey>; status: 'stableRS' | 'currentPodHash'; revision: number },
): Check {
  const { rollout, revision } = expectation;
  const path = ['status', expectation.status];
  return stateCheck(
    texts,
    [
      { resource: rollouts, ...rollout },
      { resource: replicaSets, namespace: rollout.namespace },
    ],
    ([found, sets]) => {
      const wanted = hashOfRevision(sets!, rollout.name, revision);
      const hash = valueAt(found![0], path);
      return { holds: wanted !== undefined && hash === wanted, expected: `${wanted ?? '?'} (revision ${revision})`, observed: shown(hash) };
    },
    {
      observes: [field(rollouts, rollout, ...path)],
      look: ['kubectl', 'get', 'rollout', rollout.name, '-n', rollout.namespace, '-o', jsonPathOf(path)],
    },
  );
}
