import { findCondition } from '../../kube/conditions.ts';
import type { AnyObject } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { groupResource } from '../../kube/status-error.ts';
import type { Check, CheckTexts } from '../check.ts';
import { valueAt } from './path-value.ts';
import { stateCheck } from './state-check.ts';

export interface CountExpectation {
  resource: ResourceType;
  namespace?: string;
  labelSelector?: string;
  equals?: number;
  atLeast?: number;
  /** Counts only objects whose condition `Ready` is True (Pods, Nodes). */
  ready?: boolean;
}

/** So many objects are found by a selector. What is being deleted does not count. */
export function countCheck(texts: CheckTexts, expectation: CountExpectation): Check {
  const { resource, namespace, labelSelector, equals, atLeast, ready } = expectation;
  const counts = (object: AnyObject): boolean => object.metadata.deletionTimestamp === undefined && (ready !== true || isReady(object));
  return stateCheck(
    texts,
    [{ resource, namespace, labelSelector }],
    ([objects]) => {
      const found = objects!.filter(counts);
      const names = found.map((object) => object.metadata.name).sort();
      return {
        holds: equals !== undefined ? found.length === equals : found.length >= (atLeast ?? 1),
        expected: equals !== undefined ? String(equals) : `>= ${atLeast ?? 1}`,
        observed: names.length === 0 ? '0' : `${names.length} (${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''})`,
      };
    },
    {
      observes: [{ kind: 'count', resource, namespace, labelSelector, ready }],
      look: [
        'kubectl',
        'get',
        groupResource(resource),
        ...(namespace === undefined ? [] : ['-n', namespace]),
        ...(labelSelector === undefined ? [] : ['-l', labelSelector]),
      ],
    },
  );
}

export function isReady(object: AnyObject): boolean {
  const conditions = valueAt(object, ['status', 'conditions']) as { type: string; status: string }[] | undefined;
  return findCondition(conditions, 'Ready')?.status === 'True';
}
