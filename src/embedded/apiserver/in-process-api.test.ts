import { afterEach, beforeEach, expect, it } from 'vitest';
import type { UserInfo } from '../../kube/generated/types.ts';
import {
  clusterRoleBindings,
  clusterRoles,
  configMaps,
  deployments,
  namespaces,
  podDisruptionBudgets,
  pods,
  roleBindings,
  roles,
  secrets,
  serviceAccounts,
  services,
} from '../../kube/resource-type.ts';
import { serviceAccountUser } from './authentication/service-account-tokens.ts';
import { startTestServer, type TestServer } from './test-api-server.ts';

const ROBOT: UserInfo = serviceAccountUser('default', 'robot');
const key = (name: string) => ({ namespace: 'default', name });
let api: TestServer;
beforeEach(async () => {
  api = await startTestServer();
});
afterEach(async () => {
  await api.stop();
});

async function letRobotRead(): Promise<void> {
  await api.admin.create(clusterRoles, {
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
  });
  await api.admin.create(clusterRoleBindings, {
    metadata: { name: 'reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: 'robot' }],
  });
}

it('forbids a ServiceAccount what no role allows, in the words of upstream', async () => {
  const robot = api.server.apiFor(ROBOT);
  await expect(robot.list(pods, { namespace: 'default' })).rejects.toThrow(
    'pods is forbidden: User "system:serviceaccount:default:robot" cannot list resource "pods" in API group "" in the namespace "default"',
  );
  await expect(robot.get(namespaces, { name: 'default' })).rejects.toThrow(
    'namespaces "default" is forbidden: User "system:serviceaccount:default:robot" cannot get resource "namespaces" in API group "" at the cluster scope',
  );
});

it('forbids again as soon as the ClusterRole is deleted', async () => {
  await letRobotRead();
  const robot = api.server.apiFor(ROBOT);
  await expect(robot.list(configMaps)).resolves.toMatchObject({ items: [] });
  await expect(robot.create(configMaps, { metadata: key('a') })).rejects.toMatchObject({ reason: 'Forbidden' });
  await api.admin.delete(clusterRoles, { name: 'reader' });
  await expect(robot.list(configMaps)).rejects.toMatchObject({ reason: 'Forbidden' });
});

it('honours a Role only in its namespace, and resource names only by name', async () => {
  await api.admin.create(roles, {
    metadata: key('one'),
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['get'] }],
  });
  await api.admin.create(roleBindings, {
    metadata: key('one'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: 'robot' }],
  });
  const robot = api.server.apiFor(ROBOT);
  await expect(robot.get(secrets, key('mine'))).resolves.toBeUndefined();
  await expect(robot.get(secrets, key('other'))).rejects.toMatchObject({ reason: 'Forbidden' });
  await expect(robot.get(secrets, { namespace: 'kube-system', name: 'mine' })).rejects.toMatchObject({ reason: 'Forbidden' });
});

it('adds the rules of labelled ClusterRoles to an aggregated one', async () => {
  await api.admin.create(clusterRoleBindings, {
    metadata: { name: 'robot-view' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: 'robot' }],
  });
  const robot = api.server.apiFor(ROBOT);
  await expect(robot.list(pods)).resolves.toBeDefined();
  await expect(robot.list(secrets)).rejects.toMatchObject({ reason: 'Forbidden' });
  await api.admin.create(clusterRoles, {
    metadata: { name: 'more', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
  });
  await expect(robot.list(secrets)).resolves.toBeDefined();
});

it('returns the stored object itself, frozen, and the same one for a write without effect', async () => {
  const made = await api.admin.create(configMaps, { metadata: key('a'), data: { a: 'b' } });
  expect(() => {
    made.data!['a'] = 'c';
  }).toThrow(TypeError);
  expect(await api.admin.get(configMaps, key('a'))).toBe(made);
  expect(await api.admin.update(configMaps, made)).toBe(made);
  expect(await api.admin.patch(configMaps, key('a'), { type: 'merge', body: { data: { a: 'b' } } })).toBe(made);
});

it('delivers watch events in order and ends without an error when the signal aborts', async () => {
  const { resourceVersion } = await api.admin.list(configMaps);
  const abort = new AbortController();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of api.admin.watch(configMaps, { resourceVersion, namespace: 'default' }, { signal: abort.signal })) {
      if (event.type === 'BOOKMARK') continue;
      seen.push(`${event.type} ${event.object.metadata.name}`);
      if (seen.length === 3) abort.abort();
    }
  })();
  const made = await api.admin.create(configMaps, { metadata: key('a') });
  await api.admin.update(configMaps, { ...made, data: { x: 'y' } });
  await api.admin.delete(configMaps, key('a'));
  await reading;
  expect(seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
});

it('counts writes as activity and watches not', async () => {
  const abort = new AbortController();
  const reading = api.admin.watch(configMaps, { resourceVersion: '0' }, { signal: abort.signal })[Symbol.asyncIterator]().next();
  expect(api.activity.inFlight).toEqual([]);
  const writing = api.admin.create(configMaps, { metadata: key('a') });
  expect(api.activity.inFlight).toEqual(['create configmaps']);
  await writing;
  expect(api.activity.inFlight).toEqual([]);
  abort.abort();
  await reading;
});

it('refuses a Pod whose ServiceAccount does not exist and mounts the token of one that does', async () => {
  const pod = (name: string, serviceAccountName?: string) => ({
    metadata: key(name),
    spec: { ...(serviceAccountName ? { serviceAccountName } : {}), containers: [{ name: 'c', image: 'i' }] },
  });
  await expect(api.admin.create(pods, pod('pe', 'zz'))).rejects.toThrow(
    'pods "pe" is forbidden: error looking up service account default/zz: serviceaccount "zz" not found',
  );
  const made = await api.admin.create(pods, pod('pe'));
  expect(made.spec).toMatchObject({
    serviceAccountName: 'default',
    volumes: [{ name: expect.stringMatching(/^kube-api-access-\w{5}$/) }],
    containers: [{ volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }] }],
  });
  await api.admin.create(serviceAccounts, { metadata: key('quiet'), automountServiceAccountToken: false });
  expect((await api.admin.create(pods, pod('pq', 'quiet'))).spec?.volumes).toBeUndefined();
});

it('binds a Pod once', async () => {
  await api.admin.create(pods, { metadata: key('p'), spec: { containers: [{ name: 'c', image: 'i' }] } });
  await api.admin.createSubresource(pods, key('p'), 'binding', { target: { kind: 'Node', name: 'n1' } });
  expect(await api.admin.get(pods, key('p'))).toMatchObject({
    spec: { nodeName: 'n1' },
    status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
  });
  await expect(api.admin.createSubresource(pods, key('p'), 'binding', { target: { name: 'n2' } })).rejects.toMatchObject({
    reason: 'Conflict',
  });
});

it('evicts within the disruption budget and answers 429 beyond it', async () => {
  for (const name of ['p1', 'p2']) {
    await api.admin.create(pods, { metadata: { ...key(name), labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    await api.admin.patch(
      pods,
      key(name),
      { type: 'merge', body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } } },
      { subresource: 'status' },
    );
  }
  await api.admin.create(podDisruptionBudgets, {
    metadata: key('pdbx'),
    spec: { selector: { matchLabels: { app: 'x' } }, minAvailable: 1 },
  });
  await api.admin.patch(
    podDisruptionBudgets,
    key('pdbx'),
    {
      type: 'merge',
      body: { status: { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 } },
    },
    { subresource: 'status' },
  );
  await api.admin.createSubresource(pods, key('p1'), 'eviction', {});
  expect(await api.admin.get(pods, key('p1'))).toBeUndefined();
  await expect(api.admin.createSubresource(pods, key('p2'), 'eviction', {})).rejects.toMatchObject({
    code: 429,
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    status: {
      details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget pdbx needs 1 healthy pods and has 2 currently' }] },
    },
  });
});

it("gives a deleted Service's address to the next one and keeps it while a create fails", async () => {
  const service = (name: string) => ({ metadata: key(name), spec: { ports: [{ port: 80 }], selector: { a: 'b' } } });
  const first = await api.admin.create(services, service('one'));
  await expect(api.admin.create(services, service('one'))).rejects.toMatchObject({ reason: 'AlreadyExists' });
  await api.admin.delete(services, key('one'));
  expect((await api.admin.create(services, service('two'))).spec?.clusterIP).toBe(first.spec?.clusterIP);
});

it('applies retries of a patch to the newest state when another write comes between', async () => {
  await api.admin.create(configMaps, { metadata: key('race'), data: {} });
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => api.admin.patch(configMaps, key('race'), { type: 'merge', body: { data: { [`k${i}`]: 'v' } } })),
  );
  expect(Object.keys((await api.admin.get(configMaps, key('race')))!.data!)).toHaveLength(20);
});

it('answers a token of a ServiceAccount with its user and refuses it once the account is gone', async () => {
  await api.admin.create(serviceAccounts, { metadata: key('robot') });
  const { token } = api.server.issueToken(key('robot'));
  const bearer = { authorization: `Bearer ${token}` };
  const { json } = await api.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, bearer);
  expect(json).toMatchObject({
    status: {
      userInfo: {
        username: 'system:serviceaccount:default:robot',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      },
    },
  });
  expect(api.server.tokenProblem(key('robot'))).toBeUndefined();
  await api.admin.delete(serviceAccounts, key('robot'));
  expect(api.server.tokenProblem(key('robot'))).toBe('serviceaccounts "robot" not found');
  expect((await api.request('GET', '/api/v1/namespaces', undefined, bearer)).json).toMatchObject({
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  });
});

it('acts as the impersonated user', async () => {
  const { json } = await api.request('GET', '/api/v1/namespaces/default/configmaps', undefined, { 'impersonate-user': 'bob' });
  expect(json['message']).toBe(
    'configmaps is forbidden: User "bob" cannot list resource "configmaps" in API group "" in the namespace "default"',
  );
});

it('lets nobody in without credentials, except to its health and version', async () => {
  expect((await api.request('GET', '/version', undefined, { authorization: '' })).status).toBe(200);
  expect((await api.request('GET', '/api/v1/pods', undefined, { authorization: '' })).json).toMatchObject({
    code: 403,
    message: expect.stringContaining('User "system:anonymous" cannot list resource "pods"'),
  });
  expect((await api.request('GET', '/version', undefined, { authorization: 'Bearer wrong' })).status).toBe(401);
});

it('starts again from a kept store with the same authority and nothing made twice', async () => {
  await api.admin.create(deployments, {
    metadata: key('kept'),
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  });
  const { revision } = api.store;
  const again = await startTestServer({ store: api.store });
  expect(api.store.revision).toBe(revision);
  expect([again.server.caCertificatePem, again.server.adminToken]).toEqual([api.server.caCertificatePem, api.server.adminToken]);
  expect((await again.request('GET', '/apis/apps/v1/namespaces/default/deployments/kept')).status).toBe(200);
  // An address that a kept Service holds is not given away again.
  const made = await again.admin.create(services, { metadata: key('next'), spec: { ports: [{ port: 80 }] } });
  expect(made.spec?.clusterIP).not.toBe('10.96.0.1');
  await again.stop();
});
