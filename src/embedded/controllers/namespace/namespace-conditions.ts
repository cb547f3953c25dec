import { withCondition } from '../../../kube/conditions.ts';
import type { NamespaceCondition } from '../../../kube/generated/types.ts';

/** What is left in a namespace after a deletion pass: counts by resource and by finalizer, and what could not be deleted. */
export interface NamespaceRemains {
  resources: ReadonlyMap<string, number>;
  finalizers: ReadonlyMap<string, number>;
  failures: readonly string[];
}

const listed = (counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => text(name, count))
    .join(', ');

/** The deletion conditions of a namespace, worded as k8s.io/kubernetes/pkg/controller/namespace/deletion/status_condition_utils.go. */
export function namespaceConditions(
  before: readonly NamespaceCondition[] | undefined,
  remains: NamespaceRemains,
  now: string,
): NamespaceCondition[] {
  const { resources, finalizers, failures } = remains;
  const facts: [type: string, isTrue: boolean, reason: string, message: string][] = [
    ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    ['NamespaceDeletionGroupVersionParsingFailure', false, 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    failures.length > 0
      ? [
          'NamespaceDeletionContentFailure',
          true,
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
        ]
      : ['NamespaceDeletionContentFailure', false, 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    resources.size > 0
      ? [
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${listed(resources, (name, count) => `${name} has ${count} resource instances`)}`,
        ]
      : ['NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'],
    finalizers.size > 0
      ? [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${listed(finalizers, (name, count) => `${name} in ${count} resource instances`)}`,
        ]
      : ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ];
  return facts.reduce<NamespaceCondition[]>(
    (conditions, [type, isTrue, reason, message]) =>
      withCondition(conditions, { type, status: isTrue ? 'True' : 'False', reason, message, lastTransitionTime: now }),
    [...(before ?? [])],
  );
}
