import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet } from '../../../kube/generated/types.ts';
import type { Draft } from '../../../kube/object.ts';
import { statefulSets } from '../../../kube/resource-type.ts';
import { podFromTemplate } from '../pod-from-template.ts';

export const REVISION_LABEL = 'controller-revision-hash';

/** The ordinal in the name of a Pod of `set`; `undefined` for a name that is not of the set's form. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const match = pod.metadata.name.match(/^(.*)-(\d+)$/);
  return match !== null && match[1] === set.metadata.name ? Number(match[2]) : undefined;
}

/** The Pod with this ordinal, with its stable name, host name and claims. */
export function statefulPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Draft<Pod> {
  const {
    metadata: { generateName: _, ...metadata },
    spec,
    ...rest
  } = podFromTemplate(statefulSets, set, template);
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = set.spec.volumeClaimTemplates ?? [];
  const own = new Set(claims.map((claim) => claim.metadata.name));
  const volumes = [
    ...claims.map((claim) => ({ name: claim.metadata.name, persistentVolumeClaim: { claimName: claimName(claim, name) } })),
    ...(spec.volumes ?? []).filter((volume) => !own.has(volume.name)),
  ];
  return {
    ...rest,
    metadata: {
      ...metadata,
      name,
      labels: {
        ...metadata.labels,
        [REVISION_LABEL]: revision,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
    },
    spec: {
      ...spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

export function claimName(claim: PersistentVolumeClaim, pod: string): string {
  return `${claim.metadata.name}-${pod}`;
}
