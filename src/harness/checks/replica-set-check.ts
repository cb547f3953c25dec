import type { ObjectKey } from '../../kube/object.ts';
import { replicaSets } from '../../kube/resource-type.ts';
import { REVISION } from '../../rollouts/rollout.ts';
import type { Check, CheckTexts } from '../check.ts';
import { ownedBy } from '../version.ts';
import { valueAt } from './path-value.ts';
import { stateCheck } from './state-check.ts';

/** The ReplicaSet of a Rollout's revision asks for so many Pods; 0 also when it is gone. */
export function replicaSetCheck(
  texts: CheckTexts,
  expectation: { rollout: Required<ObjectKey>; revision: number; replicas: number },
): Check {
  const { rollout, revision, replicas } = expectation;
  return stateCheck(
    texts,
    [{ resource: replicaSets, namespace: rollout.namespace }],
    ([sets]) => {
      const set = ownedBy(sets!, 'Rollout', rollout.name).find(({ metadata }) => metadata.annotations?.[REVISION] === String(revision));
      const wanted = set === undefined ? 0 : Number(valueAt(set, ['spec', 'replicas']) ?? 0);
      return {
        holds: wanted === replicas,
        expected: `${replicas} (revision ${revision})`,
        observed: set === undefined ? `no ReplicaSet of revision ${revision}` : `${wanted} (${set.metadata.name})`,
      };
    },
    { observes: [{ kind: 'replica-set', rollout, revision }], look: ['kubectl', 'get', 'replicasets', '-n', rollout.namespace] },
  );
}
