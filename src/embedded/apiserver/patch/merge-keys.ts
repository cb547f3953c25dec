/** How strategic merge patch treats a list or map. `key` absent with `merge`: a list of scalars merged as a set. */
export interface MergeRule { readonly merge?: boolean; readonly key?: string; readonly retainKeys?: boolean }

const by = (key: string): MergeRule => ({ merge: true, key });
const CONDITIONS = by('type');

/**
 * Rules by struct and field, from the `+patchStrategy` and `+patchMergeKey` notes in the `generated.proto` files of k8s.io/api.
 * A list that is not here is replaced as a whole.
 */
export const mergeKeys: Readonly<Record<string, MergeRule>> = {
  'ObjectMeta.ownerReferences': by('uid'),
  'ObjectMeta.finalizers': { merge: true },
  'PodSpec.containers': by('name'),
  'PodSpec.initContainers': by('name'),
  'PodSpec.ephemeralContainers': by('name'),
  'PodSpec.imagePullSecrets': by('name'),
  'PodSpec.schedulingGates': by('name'),
  'PodSpec.volumes': { merge: true, key: 'name', retainKeys: true },
  'PodSpec.resourceClaims': { merge: true, key: 'name', retainKeys: true },
  'PodSpec.hostAliases': by('ip'),
  'PodSpec.topologySpreadConstraints': by('topologyKey'),
  'Container.env': by('name'),
  'Container.ports': by('containerPort'),
  'Container.volumeMounts': by('mountPath'),
  'Container.volumeDevices': by('devicePath'),
  'EphemeralContainer.env': by('name'),
  'EphemeralContainer.ports': by('containerPort'),
  'EphemeralContainer.volumeMounts': by('mountPath'),
  'EphemeralContainer.volumeDevices': by('devicePath'),
  'PodStatus.conditions': CONDITIONS,
  'PodStatus.podIPs': by('ip'),
  'PodStatus.hostIPs': by('ip'),
  'PodStatus.resourceClaimStatuses': { merge: true, key: 'name', retainKeys: true },
  'ServiceSpec.ports': by('port'),
  'ServiceStatus.conditions': CONDITIONS,
  'ServiceAccount.secrets': by('name'),
  'NodeSpec.podCIDRs': { merge: true },
  'NodeStatus.addresses': by('type'),
  'NodeStatus.conditions': CONDITIONS,
  'NamespaceStatus.conditions': CONDITIONS,
  'PersistentVolumeClaimStatus.conditions': CONDITIONS,
  'DeploymentSpec.strategy': { retainKeys: true },
  'DeploymentStatus.conditions': CONDITIONS,
  'ReplicaSetStatus.conditions': CONDITIONS,
  'StatefulSetStatus.conditions': CONDITIONS,
  'DaemonSetStatus.conditions': CONDITIONS,
  'JobStatus.conditions': CONDITIONS,
  'V2HorizontalPodAutoscalerStatus.conditions': CONDITIONS,
  'PodDisruptionBudgetStatus.conditions': CONDITIONS,
  'ValidatingWebhookConfiguration.webhooks': by('name'),
  'MutatingWebhookConfiguration.webhooks': by('name'),
  'ValidatingWebhook.matchConditions': by('name'),
  'MutatingWebhook.matchConditions': by('name'),
  'APIServiceStatus.conditions': CONDITIONS,
};

/** Maps that strategic merge replaces as a whole. */
export const replacedMaps: ReadonlySet<string> = new Set(['PodDisruptionBudgetSpec.selector']);
