import { isDeepStrictEqual } from 'node:util';
import type { ObjectKey } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { groupResource } from '../../kube/status-error.ts';
import type { Check, CheckTexts } from '../check.ts';
import { field } from '../observation.ts';
import { jsonPathOf, valueAt } from './path-value.ts';
import { shown, stateCheck } from './state-check.ts';

export interface FieldExpectation {
  resource: ResourceType;
  key: ObjectKey;
  /** Field names from the object's root; a list item is found by `field=value`. */
  path: readonly string[];
  /** The value; `undefined` means that the field must be absent. */
  equals?: unknown;
  /** Instead of `equals`: a pattern that the value's text matches. */
  matches?: RegExp;
}

/** One field of one object has a value. An object that does not exist has no fields: it never satisfies the check. */
export function fieldCheck(texts: CheckTexts, expectation: FieldExpectation): Check {
  const { resource, key, path, matches } = expectation;
  const judge = (object: unknown) => {
    if (object === undefined) return { holds: false, expected: expected(), observed: `no ${resource.kind} "${key.name}"` };
    const value = valueAt(object, path);
    const holds = matches === undefined ? isDeepStrictEqual(value, expectation.equals) : value !== undefined && matches.test(String(value));
    return { holds, expected: expected(), observed: shown(value) };
  };
  const expected = (): string => (matches === undefined ? shown(expectation.equals) : `/${matches.source}/`);
  return stateCheck(texts, [{ resource, namespace: key.namespace, name: key.name }], ([objects]) => judge(objects![0]), {
    observes: [field(resource, key, ...path)],
    look: [
      'kubectl',
      'get',
      groupResource(resource),
      key.name,
      ...(key.namespace === undefined ? [] : ['-n', key.namespace]),
      '-o',
      jsonPathOf(path),
    ],
  });
}
