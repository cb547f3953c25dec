import type { KubeObject } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';

/** The part of an Experiment that clients show. */
export interface Experiment extends KubeObject {
  spec?: { templates?: { name: string; replicas?: number | undefined }[] | undefined; terminate?: boolean | undefined; [field: string]: unknown } | undefined;
  status?: { phase?: string | undefined; message?: string | undefined; [field: string]: unknown } | undefined;
}

export const experiments: ResourceType<Experiment> = { group: 'argoproj.io', version: 'v1alpha1', resource: 'experiments', kind: 'Experiment', namespaced: true };
