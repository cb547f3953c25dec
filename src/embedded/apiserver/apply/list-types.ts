const NAME = ['name'];
const TYPE = ['type'];

/**
 * Lists that server-side apply merges by key, from the `+listType=map` and `+listMapKey` notes in the `generated.proto` files of
 * k8s.io/api. A list that is in neither table is atomic. Not the same as the merge keys of strategic merge patch.
 */
export const listMapKeys: Readonly<Record<string, readonly string[]>> = {
  'ObjectMeta.ownerReferences': ['uid'],
  'PodSpec.containers': NAME,
  'PodSpec.initContainers': NAME,
  'PodSpec.ephemeralContainers': NAME,
  'PodSpec.volumes': NAME,
  'PodSpec.imagePullSecrets': NAME,
  'PodSpec.schedulingGates': NAME,
  'PodSpec.resourceClaims': NAME,
  'PodSpec.hostAliases': ['ip'],
  'PodSpec.topologySpreadConstraints': ['topologyKey', 'whenUnsatisfiable'],
  'Container.ports': ['containerPort', 'protocol'],
  'Container.env': NAME,
  'Container.volumeMounts': ['mountPath'],
  'Container.volumeDevices': ['devicePath'],
  'EphemeralContainer.ports': ['containerPort', 'protocol'],
  'EphemeralContainer.env': NAME,
  'EphemeralContainer.volumeMounts': ['mountPath'],
  'EphemeralContainer.volumeDevices': ['devicePath'],
  'ResourceRequirements.claims': NAME,
  'PodStatus.conditions': TYPE,
  'PodStatus.podIPs': ['ip'],
  'PodStatus.resourceClaimStatuses': NAME,
  'ServiceSpec.ports': ['port', 'protocol'],
  'ServiceStatus.conditions': TYPE,
  'ServiceAccount.secrets': NAME,
  'NodeStatus.addresses': TYPE,
  'NodeStatus.conditions': TYPE,
  'NamespaceStatus.conditions': TYPE,
  'PersistentVolumeClaimStatus.conditions': TYPE,
  'DeploymentStatus.conditions': TYPE,
  'ReplicaSetStatus.conditions': TYPE,
  'StatefulSetStatus.conditions': TYPE,
  'DaemonSetStatus.conditions': TYPE,
  'V2HorizontalPodAutoscalerStatus.conditions': TYPE,
  'PodDisruptionBudgetStatus.conditions': TYPE,
  'CustomResourceDefinitionStatus.conditions': TYPE,
  'ValidatingWebhookConfiguration.webhooks': NAME,
  'MutatingWebhookConfiguration.webhooks': NAME,
  'ValidatingWebhook.matchConditions': NAME,
  'MutatingWebhook.matchConditions': NAME,
  'APIServiceStatus.conditions': TYPE,
};

/** Lists of scalars merged as sets. */
export const listSets: ReadonlySet<string> = new Set(['ObjectMeta.finalizers', 'NodeSpec.podCIDRs']);

/** Structs that one manager owns as a whole (`+structType=atomic`). */
export const atomicStructs: ReadonlySet<string> = new Set([
  'LabelSelector', 'ObjectReference', 'LocalObjectReference', 'SecretReference', 'ConfigMapKeySelector', 'SecretKeySelector', 'FileKeySelector',
  'ObjectFieldSelector', 'ResourceFieldSelector', 'NodeSelector', 'NodeSelectorTerm', 'TypedLocalObjectReference', 'TopologySelectorTerm',
  'RoleRef', 'RbacV1Subject', 'ScopeSelector', 'ScopedResourceSelectorRequirement', 'V2CrossVersionObjectReference',
]);

/** Maps that one manager owns as a whole (`+mapType=atomic`). */
export const atomicFields: ReadonlySet<string> = new Set(['PodSpec.nodeSelector', 'ServiceSpec.selector']);
