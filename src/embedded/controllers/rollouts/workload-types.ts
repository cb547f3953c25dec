import type { LabelSelector, PodTemplateSpec } from '../../../kube/generated/types.ts';
import { type KubeObject, keyString } from '../../../kube/object.ts';
import { deployments, podTemplates, type ResourceType, replicaSets } from '../../../kube/resource-type.ts';

/** What the three kinds have in common that is read of them. */
export type Workload = KubeObject & {
  spec?: { replicas?: number; selector?: LabelSelector; template?: PodTemplateSpec } | undefined;
  template?: PodTemplateSpec | undefined;
};
export const WORKLOADS: readonly { kind: string; apiVersion: string; type: ResourceType }[] = [
  { kind: 'Deployment', apiVersion: 'apps/v1', type: deployments },
  { kind: 'ReplicaSet', apiVersion: 'apps/v1', type: replicaSets },
  { kind: 'PodTemplate', apiVersion: 'v1', type: podTemplates },
];

/** Which informer knows the object that a `workloadRef` names; `undefined` for a kind that may not be referenced. */
export function workloadType({ apiVersion, kind }: { apiVersion: string; kind: string }): ResourceType | undefined {
  return WORKLOADS.find((row) => row.kind === kind && row.apiVersion === apiVersion)?.type;
}

/** `kind namespace/name` of the referenced object: the key of the `workload` index. */
export function workloadIndexKey(kind: string, namespace: string | undefined, name: string): string {
  return `${kind} ${keyString({ namespace, name })}`;
}
