/** Column headings of `kubectl get`, narrow and with `-o wide`, as kubectl prints them (upper case). */
export interface ColumnRow {
  readonly resource: string;
  readonly narrow: string;
  readonly wide?: string;
}

const workload = (narrow: string): Pick<ColumnRow, 'narrow' | 'wide'> => ({ narrow, wide: `${narrow} | CONTAINERS | IMAGES | SELECTOR` });
const only = (narrow: string): Pick<ColumnRow, 'narrow'> => ({ narrow });
const GENERIC = only('NAME | CREATED AT');

export const columns: readonly ColumnRow[] = [
  {
    resource: 'pods',
    narrow: 'NAME | READY | STATUS | RESTARTS | AGE',
    wide: 'NAME | READY | STATUS | RESTARTS | AGE | IP | NODE | NOMINATED NODE | READINESS GATES',
  },
  { resource: 'deployments', ...workload('NAME | READY | UP-TO-DATE | AVAILABLE | AGE') },
  { resource: 'replicasets', ...workload('NAME | DESIRED | CURRENT | READY | AGE') },
  { resource: 'statefulsets', narrow: 'NAME | READY | AGE', wide: 'NAME | READY | AGE | CONTAINERS | IMAGES' },
  { resource: 'daemonsets', ...workload('NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE | NODE SELECTOR | AGE') },
  { resource: 'jobs', ...workload('NAME | STATUS | COMPLETIONS | DURATION | AGE') },
  { resource: 'cronjobs', ...workload('NAME | SCHEDULE | TIMEZONE | SUSPEND | ACTIVE | LAST SCHEDULE | AGE') },
  {
    resource: 'services',
    narrow: 'NAME | TYPE | CLUSTER-IP | EXTERNAL-IP | PORT(S) | AGE',
    wide: 'NAME | TYPE | CLUSTER-IP | EXTERNAL-IP | PORT(S) | AGE | SELECTOR',
  },
  { resource: 'ingresses', ...only('NAME | CLASS | HOSTS | ADDRESS | PORTS | AGE') },
  { resource: 'ingressclasses', ...only('NAME | CONTROLLER | PARAMETERS | AGE') },
  { resource: 'endpoints', ...only('NAME | ENDPOINTS | AGE') },
  { resource: 'endpointslices', ...only('NAME | ADDRESSTYPE | PORTS | ENDPOINTS | AGE') },
  { resource: 'configmaps', ...only('NAME | DATA | AGE') },
  { resource: 'secrets', ...only('NAME | TYPE | DATA | AGE') },
  { resource: 'serviceaccounts', ...only('NAME | SECRETS | AGE') },
  { resource: 'namespaces', ...only('NAME | STATUS | AGE') },
  {
    resource: 'nodes',
    narrow: 'NAME | STATUS | ROLES | AGE | VERSION',
    wide: 'NAME | STATUS | ROLES | AGE | VERSION | INTERNAL-IP | EXTERNAL-IP | OS-IMAGE | KERNEL-VERSION | CONTAINER-RUNTIME',
  },
  {
    resource: 'events',
    narrow: 'LAST SEEN | TYPE | REASON | OBJECT | MESSAGE',
    wide: 'LAST SEEN | TYPE | REASON | OBJECT | SUBOBJECT | SOURCE | MESSAGE | FIRST SEEN | COUNT | NAME',
  },
  { resource: 'roles', ...GENERIC },
  { resource: 'clusterroles', ...GENERIC },
  { resource: 'customresourcedefinitions', ...GENERIC },
  { resource: 'rolebindings', narrow: 'NAME | ROLE | AGE', wide: 'NAME | ROLE | AGE | USERS | GROUPS | SERVICEACCOUNTS' },
  { resource: 'clusterrolebindings', narrow: 'NAME | ROLE | AGE', wide: 'NAME | ROLE | AGE | USERS | GROUPS | SERVICEACCOUNTS' },
  { resource: 'networkpolicies', ...only('NAME | POD-SELECTOR | AGE') },
  { resource: 'poddisruptionbudgets', ...only('NAME | MIN AVAILABLE | MAX UNAVAILABLE | ALLOWED DISRUPTIONS | AGE') },
  { resource: 'horizontalpodautoscalers', ...only('NAME | REFERENCE | TARGETS | MINPODS | MAXPODS | REPLICAS | AGE') },
  { resource: 'leases', ...only('NAME | HOLDER | AGE') },
  { resource: 'controllerrevisions', ...only('NAME | CONTROLLER | REVISION | AGE') },
  { resource: 'validatingwebhookconfigurations', ...only('NAME | WEBHOOKS | AGE') },
  { resource: 'mutatingwebhookconfigurations', ...only('NAME | WEBHOOKS | AGE') },
  {
    resource: 'persistentvolumeclaims',
    narrow: 'NAME | STATUS | VOLUME | CAPACITY | ACCESS MODES | STORAGECLASS | VOLUMEATTRIBUTESCLASS | AGE',
    wide: 'NAME | STATUS | VOLUME | CAPACITY | ACCESS MODES | STORAGECLASS | VOLUMEATTRIBUTESCLASS | AGE | VOLUMEMODE',
  },
  {
    resource: 'persistentvolumes',
    narrow: 'NAME | CAPACITY | ACCESS MODES | RECLAIM POLICY | STATUS | CLAIM | STORAGECLASS | VOLUMEATTRIBUTESCLASS | REASON | AGE',
    wide: 'NAME | CAPACITY | ACCESS MODES | RECLAIM POLICY | STATUS | CLAIM | STORAGECLASS | VOLUMEATTRIBUTESCLASS | REASON | AGE | VOLUMEMODE',
  },
  { resource: 'storageclasses', ...only('NAME | PROVISIONER | RECLAIMPOLICY | VOLUMEBINDINGMODE | ALLOWVOLUMEEXPANSION | AGE') },
  { resource: 'priorityclasses', ...only('NAME | VALUE | GLOBAL-DEFAULT | AGE | PREEMPTIONPOLICY') },
  { resource: 'resourcequotas', ...only('NAME | REQUEST | LIMIT | AGE') },
  { resource: 'limitranges', ...GENERIC },
  { resource: 'podtemplates', ...only('NAME | CONTAINERS | IMAGES | POD LABELS') },
];
