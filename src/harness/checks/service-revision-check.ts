import type { AnyObject, ObjectKey } from '../../kube/object.ts';
import { replicaSets, services } from '../../kube/resource-type.ts';
import { POD_TEMPLATE_HASH, REVISION } from '../../rollouts/rollout.ts';
import type { Check, CheckTexts } from '../check.ts';
import { field } from '../observation.ts';
import { hashOfRevision, ownedBy } from '../version.ts';
import { jsonPathOf, valueAt } from './path-value.ts';
import { shown, stateCheck } from './state-check.ts';

/** A Service selects the Pods of one revision of a Rollout. */
export function serviceRevisionCheck(
  texts: CheckTexts,
  expectation: { service: Required<ObjectKey>; rollout: string; revision: number },
): Check {
  const { service, rollout, revision } = expectation;
  const path = ['spec', 'selector', POD_TEMPLATE_HASH];
  return stateCheck(
    texts,
    [
      { resource: services, ...service },
      { resource: replicaSets, namespace: service.namespace },
    ],
    ([found, sets]) => {
      const wanted = hashOfRevision(sets!, rollout, revision);
      const hash = valueAt(found![0], path);
      return {
        holds: wanted !== undefined && hash === wanted,
        expected: `${wanted ?? '?'} (revision ${revision})`,
        observed: `${shown(hash)} (${revisionOf(sets!, rollout, hash)})`,
      };
    },
    {
      observes: [field(services, service, ...path)],
      look: ['kubectl', 'get', 'service', service.name, '-n', service.namespace, '-o', jsonPathOf(path)],
    },
  );
}

function revisionOf(sets: readonly AnyObject[], rollout: string, hash: unknown): string {
  const set = ownedBy(sets, 'Rollout', rollout).find((candidate) => candidate.metadata.labels?.[POD_TEMPLATE_HASH] === hash);
  return set === undefined ? 'no revision' : `revision ${set.metadata.annotations?.[REVISION]}`;
}
