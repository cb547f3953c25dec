import type { ObjectKey } from '../kube/object.ts';
import type { ResourceType } from '../kube/resource-type.ts';

/**
 * What a check looks at, said mechanically, so that a change that must make the check fail can be derived from it
 * (`mutations.ts`).
 */
export type Observation =
  /** `to`: the value that must make the check fail, where not just any other value does. */
  | { kind: 'field'; resource: ResourceType; key: ObjectKey; path: readonly string[]; to?: unknown }
  /** The number of objects that a selector finds. */
  | { kind: 'count'; resource: ResourceType; namespace: string | undefined; labelSelector: string | undefined; ready?: boolean | undefined }
  /** An event about the object, by reason and part of its message. */
  | { kind: 'event'; namespace: string; about: string; reason: string; message: string | undefined }
  /** A field of the AnalysisRun that watches a Rollout's revision in the background, or as one of its steps. */
  | { kind: 'analysis-run'; rollout: Required<ObjectKey>; revision: number; type: 'Background' | 'Step'; path: readonly string[] }
  /** How many Pods the ReplicaSet of a Rollout's revision asks for. */
  | { kind: 'replica-set'; rollout: Required<ObjectKey>; revision: number }
  /** Answers that come through the ingress from the Pods behind a Service. */
  | { kind: 'http'; service: Required<ObjectKey> };

export function describeObservation(observation: Observation): string {
  switch (observation.kind) {
    case 'field':
      return `${observation.resource.resource}/${observation.key.name} ${observation.path.map((part) => (part.includes('.') ? `["${part}"]` : part)).join('.')}`;
    case 'count':
      return `number of ${observation.ready === true ? 'ready ' : ''}${observation.resource.resource}${observation.labelSelector === undefined ? '' : ` with ${observation.labelSelector}`}`;
    case 'event':
      return `event ${observation.reason} about ${observation.about}`;
    case 'analysis-run':
      return `analysis of revision ${observation.revision} of ${observation.rollout.name} ${observation.path.join('.')}`;
    case 'replica-set':
      return `replicas of revision ${observation.revision} of ${observation.rollout.name}`;
    case 'http':
      return `answers through Service ${observation.service.name}`;
  }
}

export const field = (resource: ResourceType, key: ObjectKey, ...path: string[]): Observation => ({ kind: 'field', resource, key, path });
