import type { Pod, PodTemplateSpec } from '../../kube/generated/types.ts';
import type { Draft, KubeObject } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { controllerRef } from './controller-ref.ts';

/** The Pod that a controller creates from its owner's template; the server completes the name from `generateName`. */
export function podFromTemplate(type: ResourceType, owner: KubeObject, template: PodTemplateSpec): Draft<Pod> & { spec: Pod['spec'] } {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      ...(labels ? { labels: { ...labels } } : {}),
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
      ownerReferences: [controllerRef(type, owner)],
    },
    spec: template.spec ?? { containers: [] },
  };
}
