import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '../../../kube/generated/types.ts';
import type { Draft } from '../../../kube/object.ts';

const BOOTSTRAP = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};
const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const CORE_CONTENT = [
  'configmaps',
  'endpoints',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'serviceaccounts',
  'services',
];
const WORKLOADS = [
  'daemonsets',
  'deployments',
  'deployments/scale',
  'replicasets',
  'replicasets/scale',
  'statefulsets',
  'statefulsets/scale',
];

function role(name: string, rules: PolicyRule[], labels: Record<string, string> = {}): Draft<ClusterRole> {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name, labels: { ...BOOTSTRAP.labels, ...labels }, annotations: BOOTSTRAP.annotations },
    rules,
  };
}

function aggregate(name: string, selectors: string[], labels: Record<string, string> = {}): Draft<ClusterRole> {
  return {
    ...role(name, [], labels),
    aggregationRule: { clusterRoleSelectors: selectors.map((selector) => ({ matchLabels: { [selector]: 'true' } })) },
  };
}

function binding(
  name: string,
  roleName: string,
  groups: string[],
  serviceAccounts: { namespace: string; name: string }[] = [],
): Draft<ClusterRoleBinding> {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name, ...BOOTSTRAP },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: roleName },
    subjects: [
      ...groups.map((group) => ({ apiGroup: RBAC, kind: 'Group', name: group })),
      ...serviceAccounts.map((account) => ({ kind: 'ServiceAccount', ...account })),
    ],
  };
}

/** The ClusterRoles a cluster is born with: the user-facing ones of kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy. */
export function bootstrapClusterRoles(): Draft<ClusterRole>[] {
  const to = (name: string): string => `rbac.authorization.k8s.io/aggregate-to-${name}`;
  const discoveryPaths = [
    '/api',
    '/api/*',
    '/apis',
    '/apis/*',
    '/healthz',
    '/livez',
    '/openapi',
    '/openapi/*',
    '/readyz',
    '/version',
    '/version/',
  ];
  return [
    role('cluster-admin', [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ]),
    aggregate('admin', [to('admin')]),
    aggregate('edit', [to('edit')], { [to('admin')]: 'true' }),
    aggregate('view', [to('view')], { [to('edit')]: 'true' }),
    role(
      'system:aggregate-to-view',
      [
        {
          apiGroups: [''],
          resources: [
            ...CORE_CONTENT,
            'persistentvolumeclaims/status',
            'services/status',
            'bindings',
            'events',
            'limitranges',
            'namespaces/status',
            'pods/log',
            'pods/status',
            'replicationcontrollers/status',
            'resourcequotas',
            'resourcequotas/status',
            'namespaces',
          ],
          verbs: READ,
        },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
        {
          apiGroups: ['apps'],
          resources: [
            'controllerrevisions',
            ...WORKLOADS,
            'daemonsets/status',
            'deployments/status',
            'replicasets/status',
            'statefulsets/status',
          ],
          verbs: READ,
        },
        { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers', 'horizontalpodautoscalers/status'], verbs: READ },
        { apiGroups: ['batch'], resources: ['cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'], verbs: READ },
        { apiGroups: ['policy'], resources: ['poddisruptionbudgets', 'poddisruptionbudgets/status'], verbs: READ },
        { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingresses/status', 'networkpolicies'], verbs: READ },
      ],
      { [to('view')]: 'true' },
    ),
    role(
      'system:aggregate-to-edit',
      [
        {
          apiGroups: [''],
          resources: ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'],
          verbs: READ,
        },
        { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
        { apiGroups: [''], resources: ['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'], verbs: WRITE },
        { apiGroups: [''], resources: ['pods/eviction', 'serviceaccounts/token'], verbs: ['create'] },
        {
          apiGroups: [''],
          resources: [
            'configmaps',
            'events',
            'persistentvolumeclaims',
            'replicationcontrollers',
            'replicationcontrollers/scale',
            'secrets',
            'serviceaccounts',
            'services',
            'services/proxy',
          ],
          verbs: WRITE,
        },
        { apiGroups: ['apps'], resources: [...WORKLOADS, 'deployments/rollback'], verbs: WRITE },
        { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: WRITE },
        { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: WRITE },
        { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: WRITE },
        { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'], verbs: WRITE },
        { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...READ, ...WRITE] },
      ],
      { [to('edit')]: 'true' },
    ),
    role(
      'system:aggregate-to-admin',
      [
        { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
        { apiGroups: [RBAC], resources: ['rolebindings', 'roles'], verbs: [...READ, ...WRITE] },
      ],
      { [to('admin')]: 'true' },
    ),
    role('system:basic-user', [
      { apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], verbs: ['create'] },
      { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
    ]),
    role('system:discovery', [{ nonResourceURLs: discoveryPaths, verbs: ['get'] }]),
    role('system:public-info-viewer', [{ nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'], verbs: ['get'] }]),
    role('system:auth-delegator', [
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ]),
  ];
}

export function bootstrapClusterRoleBindings(): Draft<ClusterRoleBinding>[] {
  return [
    binding('cluster-admin', 'cluster-admin', ['system:masters']),
    binding('system:basic-user', 'system:basic-user', ['system:authenticated']),
    binding('system:discovery', 'system:discovery', ['system:authenticated']),
    binding('system:public-info-viewer', 'system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']),
  ];
}
