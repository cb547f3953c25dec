import { afterAll, beforeAll, expect, it } from 'vitest';
import { clusterRoleBindings, clusterRoles } from '../../../kube/resource-type.ts';
import { type Answer, startTestServer, type TestServer } from '../test-api-server.ts';

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
  await api.admin.create(clusterRoles, {
    metadata: { name: 'poses-as-bob' },
    rules: [{ apiGroups: [''], resources: ['users'], resourceNames: ['bob'], verbs: ['impersonate'] }],
  });
  await api.admin.create(clusterRoleBindings, {
    metadata: { name: 'jane' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'poses-as-bob' },
    subjects: [{ kind: 'User', name: 'jane' }],
  });
});
afterAll(async () => {
  await api.stop();
});

const whoAmI = (headers: Record<string, string | string[]>, authorization?: Record<string, string>): Promise<Answer> =>
  api.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { ...authorization, ...headers } as Record<string, string>);
const userInfo = async (headers: Record<string, string | string[]>): Promise<unknown> =>
  (await whoAmI(headers)).json['status']!['userInfo'];

it.each([
  [{ 'impersonate-user': 'bob' }, { username: 'bob', groups: ['system:authenticated'] }],
  [
    { 'impersonate-user': 'system:serviceaccount:default:robot' },
    {
      username: 'system:serviceaccount:default:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    },
  ],
  [
    { 'impersonate-user': 'bob', 'impersonate-group': ['a, b', 'c'] },
    { username: 'bob', groups: ['a, b', 'c', 'system:authenticated'] },
  ],
  [
    { 'impersonate-user': 'bob', 'impersonate-uid': 'u-1', 'impersonate-extra-example.com%2fscopes': ['view', 'edit'] },
    { username: 'bob', uid: 'u-1', groups: ['system:authenticated'], extra: { 'example.com/scopes': ['view', 'edit'] } },
  ],
])('takes the administrator with %j for that user', async (headers, user) => {
  expect(await userInfo(headers)).toEqual(user);
});

it.each([[{ 'impersonate-group': 'a' }], [{ 'impersonate-uid': 'u' }], [{ 'impersonate-extra-scopes': 'view' }]])(
  'refuses %j without a user',
  async (headers) => {
    const { status, json } = await whoAmI(headers);
    expect([status, json['message']]).toEqual([500, 'Internal error occurred: requested impersonation without impersonating a user']);
  },
);

it('needs rights on the user, each group, the uid and each value', async () => {
  const identity = await api.server.issueClientCertificate({ name: 'jane', groups: [] });
  const { default: https } = await import('node:https');
  const asJane = (headers: Record<string, string>): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = https.request(
        `${api.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`,
        {
          method: 'POST',
          ca: api.server.caCertificatePem,
          cert: identity.certificatePem,
          key: identity.privateKeyPem,
          agent: false,
          headers,
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += String(chunk);
          });
          response.on('end', () => resolve(text));
        },
      );
      request.on('error', reject);
      request.end('{}');
    });
  expect(await asJane({ 'impersonate-user': 'bob' })).toContain('"username":"bob"');
  const asked: Record<string, string>[] = [
    { 'impersonate-user': 'eve' },
    { 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' },
    { 'impersonate-user': 'bob', 'impersonate-uid': 'u' },
    { 'impersonate-user': 'bob', 'impersonate-extra-scopes': 'all' },
    { 'impersonate-user': 'system:serviceaccount:kube-system:default' },
  ];
  const refusals = await Promise.all(asked.map(async (headers) => (JSON.parse(await asJane(headers)) as { message: string }).message));
  expect(refusals).toEqual([
    'users "eve" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    'groups "system:masters" is forbidden: User "jane" cannot impersonate resource "groups" in API group "" at the cluster scope',
    'uids.authentication.k8s.io "u" is forbidden: User "jane" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope',
    'userextras.authentication.k8s.io "all" is forbidden: User "jane" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope',
    'serviceaccounts "default" is forbidden: User "jane" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "kube-system"',
  ]);
});

it("does not take the administrator's token for one of another audience", async () => {
  const review = async (audiences?: string[]) =>
    (
      await api.request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
        spec: { token: api.server.adminToken, ...(audiences ? { audiences } : {}) },
      })
    ).json['status'];
  expect(await review()).toMatchObject({ authenticated: true, user: { username: 'kubernetes-admin' } });
  expect(await review(['vault'])).toEqual({ user: {}, error: 'invalid bearer token' });
});
