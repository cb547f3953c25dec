import { rfc3339 } from '../../base/clock.ts';
import { withCondition } from '../../kube/conditions.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../../kube/generated/types.ts';

type Status = NonNullable<CustomResourceDefinition['status']>;

function withConditions(
  definition: CustomResourceDefinition,
  nowMs: number,
  added: readonly Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'>[],
): CustomResourceDefinitionCondition[] {
  const lastTransitionTime = rfc3339(nowMs);
  return added.reduce<CustomResourceDefinitionCondition[]>(
    (conditions, condition) => withCondition(conditions, { ...condition, lastTransitionTime }),
    definition.status?.conditions ?? [],
  );
}

/** The status of a definition whose names are taken and whose objects are served. */
export function establishedStatus(definition: CustomResourceDefinition, nowMs: number): Status {
  const { names, versions } = definition.spec;
  return {
    ...definition.status,
    acceptedNames: names,
    conditions: withConditions(definition, nowMs, [
      { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
      { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
    ]),
    storedVersions: definition.status?.storedVersions ?? versions.filter(({ storage }) => storage).map(({ name }) => name),
  };
}

/** The status of a definition that is being deleted. */
export function terminatingStatus(definition: CustomResourceDefinition, nowMs: number): Status {
  return {
    ...definition.status,
    conditions: withConditions(definition, nowMs, [
      { type: 'Terminating', status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' },
    ]),
  };
}
