import type { Resource } from '../registry/resource.ts';

/** A subresource of a row. Group, version and kind only where they differ from the row's. */
export interface ServedSubresource {
  name: string;
  verbs: readonly string[];
  kind?: string;
  group?: string;
  version?: string;
}

const READ_WRITE = ['get', 'patch', 'update'];

const PARTICULAR: Readonly<Record<string, readonly ServedSubresource[]>> = {
  '/pods': [
    { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'log', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  ],
  '/namespaces': [{ name: 'finalize', verbs: ['update'] }],
  '/serviceaccounts': [{ name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] }],
};

/** Every subresource that is served for a row. */
export function subresourcesOf(row: Resource): ServedSubresource[] {
  return [
    ...(PARTICULAR[`${row.type.group}/${row.type.resource}`] ?? []),
    ...(row.scale === undefined ? [] : [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: READ_WRITE }]),
    ...(row.hasStatus ? [{ name: 'status', verbs: READ_WRITE }] : []),
  ];
}

export interface VirtualResource {
  group: string;
  version: string;
  name: string;
  singular: string;
  kind: string;
  namespaced: boolean;
}

/** Resources that are answered and never stored. */
export const virtualResources: readonly VirtualResource[] = [
  { group: '', version: 'v1', name: 'bindings', singular: 'binding', kind: 'Binding', namespaced: true },
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    name: 'selfsubjectreviews',
    singular: 'selfsubjectreview',
    kind: 'SelfSubjectReview',
    namespaced: false,
  },
  { group: 'authentication.k8s.io', version: 'v1', name: 'tokenreviews', singular: 'tokenreview', kind: 'TokenReview', namespaced: false },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    name: 'localsubjectaccessreviews',
    singular: 'localsubjectaccessreview',
    kind: 'LocalSubjectAccessReview',
    namespaced: true,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    name: 'selfsubjectaccessreviews',
    singular: 'selfsubjectaccessreview',
    kind: 'SelfSubjectAccessReview',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    name: 'selfsubjectrulesreviews',
    singular: 'selfsubjectrulesreview',
    kind: 'SelfSubjectRulesReview',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    name: 'subjectaccessreviews',
    singular: 'subjectaccessreview',
    kind: 'SubjectAccessReview',
    namespaced: false,
  },
];
