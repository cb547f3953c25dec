import type * as t from './generated/types.ts';
import type { KubeObject } from './object.ts';

/** A type of object as the API serves it. `T` is its wire shape; it has no value at run time. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  /** The plural in the URL. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shape?: T;
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(type: ResourceType): string {
  return type.group ? `${type.group}/${type.version}` : type.version;
}

/** The path of a collection or of one object in it, below the server's root. */
export function resourcePath(
  type: ResourceType,
  key: { namespace?: string | undefined; name?: string | undefined },
  subresource?: string,
): string {
  const root = type.group ? `/apis/${type.group}/${type.version}` : `/api/${type.version}`;
  const scope = type.namespaced && key.namespace ? `/namespaces/${encodeURIComponent(key.namespace)}` : '';
  const name = key.name ? `/${encodeURIComponent(key.name)}` : '';
  return `${root}${scope}/${type.resource}${name}${subresource ? `/${subresource}` : ''}`;
}

function define<T extends KubeObject>(group: string, version: string, resource: string, kind: string, namespaced = true): ResourceType<T> {
  return { group, version, resource, kind, namespaced };
}

export const pods = define<t.Pod>('', 'v1', 'pods', 'Pod');
export const services = define<t.Service>('', 'v1', 'services', 'Service');
export const configMaps = define<t.ConfigMap>('', 'v1', 'configmaps', 'ConfigMap');
export const secrets = define<t.Secret>('', 'v1', 'secrets', 'Secret');
export const serviceAccounts = define<t.ServiceAccount>('', 'v1', 'serviceaccounts', 'ServiceAccount');
export const endpoints = define<t.Endpoints>('', 'v1', 'endpoints', 'Endpoints');
export const events = define<t.Event>('', 'v1', 'events', 'Event');
export const namespaces = define<t.Namespace>('', 'v1', 'namespaces', 'Namespace', false);
export const nodes = define<t.Node>('', 'v1', 'nodes', 'Node', false);
export const persistentVolumeClaims = define<t.PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim');
export const persistentVolumes = define<t.PersistentVolume>('', 'v1', 'persistentvolumes', 'PersistentVolume', false);
export const limitRanges = define<t.LimitRange>('', 'v1', 'limitranges', 'LimitRange');
export const resourceQuotas = define<t.ResourceQuota>('', 'v1', 'resourcequotas', 'ResourceQuota');
export const podTemplates = define<t.PodTemplate>('', 'v1', 'podtemplates', 'PodTemplate');
export const deployments = define<t.Deployment>('apps', 'v1', 'deployments', 'Deployment');
export const replicaSets = define<t.ReplicaSet>('apps', 'v1', 'replicasets', 'ReplicaSet');
export const statefulSets = define<t.StatefulSet>('apps', 'v1', 'statefulsets', 'StatefulSet');
export const daemonSets = define<t.DaemonSet>('apps', 'v1', 'daemonsets', 'DaemonSet');
export const controllerRevisions = define<t.ControllerRevision>('apps', 'v1', 'controllerrevisions', 'ControllerRevision');
export const jobs = define<t.Job>('batch', 'v1', 'jobs', 'Job');
export const cronJobs = define<t.CronJob>('batch', 'v1', 'cronjobs', 'CronJob');
export const ingresses = define<t.Ingress>('networking.k8s.io', 'v1', 'ingresses', 'Ingress');
export const ingressClasses = define<t.IngressClass>('networking.k8s.io', 'v1', 'ingressclasses', 'IngressClass', false);
export const networkPolicies = define<t.NetworkPolicy>('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy');
export const endpointSlices = define<t.EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice');
export const roles = define<t.Role>('rbac.authorization.k8s.io', 'v1', 'roles', 'Role');
export const roleBindings = define<t.RoleBinding>('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding');
export const clusterRoles = define<t.ClusterRole>('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', false);
export const clusterRoleBindings = define<t.ClusterRoleBinding>(
  'rbac.authorization.k8s.io',
  'v1',
  'clusterrolebindings',
  'ClusterRoleBinding',
  false,
);
export const leases = define<t.Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease');
export const validatingWebhookConfigurations = define<t.ValidatingWebhookConfiguration>(
  'admissionregistration.k8s.io',
  'v1',
  'validatingwebhookconfigurations',
  'ValidatingWebhookConfiguration',
  false,
);
export const mutatingWebhookConfigurations = define<t.MutatingWebhookConfiguration>(
  'admissionregistration.k8s.io',
  'v1',
  'mutatingwebhookconfigurations',
  'MutatingWebhookConfiguration',
  false,
);
export const customResourceDefinitions = define<t.CustomResourceDefinition>(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);
export const podDisruptionBudgets = define<t.PodDisruptionBudget>('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget');
export const horizontalPodAutoscalers = define<t.V2HorizontalPodAutoscaler>(
  'autoscaling',
  'v2',
  'horizontalpodautoscalers',
  'HorizontalPodAutoscaler',
);
export const storageClasses = define<t.StorageClass>('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', false);
export const priorityClasses = define<t.PriorityClass>('scheduling.k8s.io', 'v1', 'priorityclasses', 'PriorityClass', false);
