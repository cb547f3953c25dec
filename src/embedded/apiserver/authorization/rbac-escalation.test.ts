import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PolicyRule } from '../../../kube/generated/types.ts';
import { clusterRoleBindings, clusterRoles, configMaps, roleBindings, roles } from '../../../kube/resource-type.ts';
import { type Answer, startTestServer, type TestServer } from '../test-api-server.ts';

const GROUP = 'rbac.authorization.k8s.io';
const ROOT = `/apis/${GROUP}/v1`;
const AS_JANE = { 'impersonate-user': 'jane' };
const WORKS_ON_ROLES: PolicyRule = {
  apiGroups: [GROUP],
  resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
  verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'],
};
const READS_PODS: PolicyRule = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };
let api: TestServer;

beforeEach(async () => {
  api = await startTestServer();
});
afterEach(async () => {
  await api.stop();
});

/** Gives jane these rights: everywhere, or in the namespace default. */
async function janeMay(rules: PolicyRule[], namespace?: string): Promise<void> {
  const subjects = [{ kind: 'User', name: 'jane' }];
  await api.admin.create(clusterRoles, { metadata: { name: 'of-jane' }, rules });
  const roleRef = { apiGroup: GROUP, kind: 'ClusterRole', name: 'of-jane' };
  if (namespace === undefined) await api.admin.create(clusterRoleBindings, { metadata: { name: 'of-jane' }, roleRef, subjects });
  else await api.admin.create(roleBindings, { metadata: { name: 'of-jane', namespace }, roleRef, subjects });
}
const asJane = (method: string, path: string, body?: object): Promise<Answer> => api.request(method, path, body, AS_JANE);
const createRole = (rules: PolicyRule[]) => asJane('POST', `${ROOT}/namespaces/default/roles`, { metadata: { name: 'r' }, rules });
const bindRole = (kind: string, name: string) =>
  asJane('POST', `${ROOT}/namespaces/default/rolebindings`, {
    metadata: { name: 'b' },
    roleRef: { apiGroup: GROUP, kind, name },
    subjects: [{ kind: 'User', name: 'jane' }],
  });

describe('whoever writes a role', () => {
  it('cannot put rights into it that they do not hold', async () => {
    await janeMay([WORKS_ON_ROLES, READS_PODS], 'default');
    const { status, json } = await createRole([
      { apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['delete'] },
    ]);
    expect([status, json['message']]).toEqual([
      403,
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    ]);
    expect(await api.admin.get(roles, { namespace: 'default', name: 'r' })).toBeUndefined();
  });

  it('may put rights into it that they hold, and narrower ones', async () => {
    await janeMay([WORKS_ON_ROLES, READS_PODS], 'default');
    expect((await createRole([{ ...READS_PODS, verbs: ['get'], resourceNames: ['web'] }])).status).toBe(201);
  });

  it('cannot widen a right from one object to all', async () => {
    await janeMay([WORKS_ON_ROLES, { ...READS_PODS, resourceNames: ['web'] }], 'default');
    expect((await createRole([READS_PODS])).status).toBe(403);
  });

  it('cannot widen it later, by none of the ways of changing it', async () => {
    await janeMay([WORKS_ON_ROLES, READS_PODS], 'default');
    await createRole([READS_PODS]);
    const path = `${ROOT}/namespaces/default/roles/r`;
    const rules = [{ ...READS_PODS, verbs: ['*'] }];
    const answers = await Promise.all([
      asJane('PUT', path, { metadata: { name: 'r' }, rules }),
      api.request('PATCH', path, { rules }, { ...AS_JANE, 'content-type': 'application/merge-patch+json' }),
      api.request(
        'PATCH',
        `${path}?fieldManager=jane&force=true`,
        { apiVersion: `${GROUP}/v1`, kind: 'Role', metadata: { name: 'r' }, rules },
        { ...AS_JANE, 'content-type': 'application/apply-patch+yaml' },
      ),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect((await api.admin.get(roles, { namespace: 'default', name: 'r' }))!.rules).toEqual([READS_PODS]);
  });

  it('may with the verb escalate', async () => {
    await janeMay([WORKS_ON_ROLES, { apiGroups: [GROUP], resources: ['roles'], verbs: ['escalate'] }], 'default');
    expect((await createRole([{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }])).status).toBe(201);
  });

  it('cannot aggregate roles without the rights of an administrator', async () => {
    await janeMay([WORKS_ON_ROLES, READS_PODS]);
    const { status, json } = await asJane('POST', `${ROOT}/clusterroles`, {
      metadata: { name: 'all' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    });
    expect([status, json['message']]).toEqual([
      403,
      'clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    ]);
  });

  it('cannot use rights of one namespace everywhere', async () => {
    await janeMay([WORKS_ON_ROLES]);
    await api.admin.create(roleBindings, {
      metadata: { name: 'pods', namespace: 'default' },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'jane' }],
    });
    expect((await asJane('POST', `${ROOT}/clusterroles`, { metadata: { name: 'r' }, rules: [READS_PODS] })).status).toBe(403);
    expect((await createRole([READS_PODS])).status).toBe(201);
  });
});

describe('whoever binds a role', () => {
  it('cannot bind one with more rights than they hold', async () => {
    await janeMay([WORKS_ON_ROLES, READS_PODS], 'default');
    const { status, json } = await bindRole('ClusterRole', 'cluster-admin');
    expect(status).toBe(403);
    expect(json['message']).toBe(
      'rolebindings.rbac.authorization.k8s.io "b" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
    );
  });

  it('cannot bind one whose rights come by aggregation', async () => {
    await janeMay([WORKS_ON_ROLES, READS_PODS], 'default');
    expect((await bindRole('ClusterRole', 'edit')).status).toBe(403);
  });

  it('may bind one whose rights they hold', async () => {
    await janeMay([WORKS_ON_ROLES, READS_PODS], 'default');
    await createRole([READS_PODS]);
    expect((await bindRole('Role', 'r')).status).toBe(201);
  });

  it('may with the verb bind on that role', async () => {
    await janeMay(
      [WORKS_ON_ROLES, { apiGroups: [GROUP], resources: ['clusterroles'], verbs: ['bind'], resourceNames: ['edit'] }],
      'default',
    );
    expect((await bindRole('ClusterRole', 'cluster-admin')).status).toBe(403);
    expect((await bindRole('ClusterRole', 'edit')).status).toBe(201);
  });

  it('hears of a role that does not exist', async () => {
    await janeMay([WORKS_ON_ROLES], 'default');
    const { status, json } = await bindRole('Role', 'none');
    expect([status, json['message']]).toEqual([404, 'roles.rbac.authorization.k8s.io "none" not found']);
  });
});

describe('rights in one namespace', () => {
  const EVERYTHING: PolicyRule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };

  it.each([
    `${ROOT}/namespaces/default/clusterroles`,
    `${ROOT}/namespaces/default/clusterroles/cluster-admin`,
    '/api/v1/namespaces/default/nodes',
    '/api/v1/namespaces/default/namespaces/kube-system',
  ])('do not reach what is outside of namespaces through %s', async (path) => {
    await janeMay([EVERYTHING], 'default');
    expect((await asJane('GET', path)).status).toBe(404);
  });

  it('do not reach another namespace by an escaped slash', async () => {
    await janeMay([EVERYTHING], 'default');
    await api.admin.create(configMaps, { metadata: { name: 'c', namespace: 'kube-system' } });
    for (const path of [
      '/api/v1/namespaces/default%2F..%2Fkube-system/configmaps/c',
      '/api/v1/namespaces/default/..%2fkube-system/configmaps',
    ])
      expect((await asJane('GET', path)).status).toBeGreaterThanOrEqual(400);
  });
});

it('lists one object for whoever may read it alone, and no other by an escaped comma', async () => {
  for (const name of ['mine', 'other']) await api.admin.create(configMaps, { metadata: { name, namespace: 'default' } });
  await janeMay([{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'], resourceNames: ['mine'] }], 'default');
  const list = (selector: string) => asJane('GET', `/api/v1/namespaces/default/configmaps?fieldSelector=${encodeURIComponent(selector)}`);
  expect((await list('metadata.name=mine')).status).toBe(200);
  expect((await list('metadata.namespace!=x\\,metadata.name=mine')).status).toBe(403);
  expect((await list('metadata.name=other')).status).toBe(403);
});

it('lets an apply make an object only for whoever may create it', async () => {
  await janeMay([{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }], 'default');
  const apply = (name: string) =>
    api.request(
      'PATCH',
      `/api/v1/namespaces/default/configmaps/${name}?fieldManager=jane`,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
      { ...AS_JANE, 'content-type': 'application/apply-patch+yaml' },
    );
  expect([(await apply('new')).status, await api.admin.get(configMaps, { namespace: 'default', name: 'new' })]).toEqual([403, undefined]);
  await api.admin.create(configMaps, { metadata: { name: 'old', namespace: 'default' } });
  expect((await apply('old')).status).toBe(200);
});

it('takes the rules of roles that aggregate each other, once', async () => {
  for (const [name, other] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const)
    await api.admin.create(clusterRoles, {
      metadata: { name, labels: { is: name } },
      rules: [{ ...READS_PODS, verbs: [`verb-${name}`] }],
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { is: other } }] },
    });
  await api.admin.create(clusterRoleBindings, {
    metadata: { name: 'a' },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'a' },
    subjects: [{ kind: 'User', name: 'jane' }],
  });
  const review = await asJane('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    spec: { resourceAttributes: { verb: 'verb-b', resource: 'pods' } },
  });
  expect(review.json['status']).toMatchObject({ allowed: true });
});
