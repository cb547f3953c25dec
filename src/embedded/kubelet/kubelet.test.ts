import { expect, it } from 'vitest';
import { type KubeletRoom, openKubeletRoom, servingProgram } from '../../../test/support/kubelet-room.ts';
import { nextTurn } from '../../base/clock.ts';
import { findCondition } from '../../kube/conditions.ts';
import { configMaps, endpointSlices, events, leases, nodes, pods, secrets } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import { httpOverDial } from '../network/http-over-dial.ts';

const web = { name: 'app', image: 'web:1', ports: [{ name: 'http', containerPort: 8080 }] };
const failedMounts = (room: KubeletRoom): string[] => room.eventTexts().filter((text) => text.startsWith('FailedMount: '));
const reason = (state: { waiting?: { reason?: string | undefined } | undefined } | undefined): string | undefined => state?.waiting?.reason;

it('registers a Ready node with a lease', async () => {
  await using room = await openKubeletRoom();
  const node = room.api.all(nodes)[0]!;
  expect(findCondition(node.status?.conditions, 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  expect(node.metadata.labels).toMatchObject({ 'kubernetes.io/os': 'linux', 'ingress-ready': 'true', 'kubernetes.io/hostname': 'node-1' });
  const renewed = room.api.all(leases)[0]!.spec.renewTime;
  await room.advance(10_000);
  expect(room.api.all(leases)[0]!.spec.renewTime).not.toBe(renewed);
});

it('runs a Pod, makes it Ready at once and says so in events', async () => {
  await using room = await openKubeletRoom({ web: servingProgram() });
  const pod = await room.bind({ containers: [{ ...web, readinessProbe: { httpGet: { path: '/', port: 'http' } } }] });
  expect(pod.status).toMatchObject({ phase: 'Running', startTime: '2025-01-01T00:00:00Z', hostIP: '172.18.0.2' });
  expect(pod.status?.podIP).toMatch(/^10\.244\./);
  expect(pod.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
    'PodReadyToStartContainers=True',
    'Initialized=True',
    'Ready=True',
    'ContainersReady=True',
    'PodScheduled=True',
  ]);
  expect(findCondition(pod.status?.conditions, 'Ready')).not.toHaveProperty('reason');
  expect(pod.status?.containerStatuses?.[0]).toMatchObject({
    name: 'app',
    ready: true,
    started: true,
    restartCount: 0,
    image: 'docker.io/library/web:1',
    state: { running: { startedAt: '2025-01-01T00:00:00Z' } },
  });
  expect(pod.status?.containerStatuses?.[0]?.imageID).toMatch(/^docker\.io\/library\/web@sha256:[0-9a-f]{64}$/);
  expect(room.eventTexts().slice(-4)).toEqual([
    'Pulling: Pulling image "web:1"',
    expect.stringMatching(/^Pulled: Successfully pulled image "web:1" in /),
    'Created: Created container: app',
    'Started: Started container app',
  ]);
});

it('restarts a crashing container at once, then after 10 s and 20 s, and shows CrashLoopBackOff in between', async () => {
  const startedAt: number[] = [];
  await using room = await openKubeletRoom({
    crash: {
      run: async (ctx) => {
        startedAt.push((ctx.clock.nowMs() - Date.UTC(2025, 0, 1)) / 1000);
        ctx.log('boom');
        return 3;
      },
    },
  });
  await room.bind({ containers: [{ name: 'app', image: 'crash:1' }] });
  expect(room.pod().status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
  await room.advance(2000);
  expect(startedAt).toEqual([0, 1]);
  await room.advance(1000);
  const [status] = room.pod().status!.containerStatuses!;
  expect(status).toMatchObject({
    restartCount: 1,
    ready: false,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 3, reason: 'Error' } },
  });
  expect(status!.state!.waiting!.message).toMatch(/^back-off 10s restarting failed container=app pod=web-1_default\(/);
  await room.advance(60_000);
  expect(startedAt).toEqual([0, 1, 11, 31]);
  expect(room.pod().status).toMatchObject({ phase: 'Running' });
  expect(room.eventTexts().filter((text) => text.startsWith('BackOff'))[0]).toMatch(
    /^BackOff: Back-off restarting failed container app in pod web-1_default\(/,
  );
});

it('shows ErrImagePull, then ImagePullBackOff for an image that cannot be pulled', async () => {
  await using room = await openKubeletRoom();
  await room.bind({ containers: [{ name: 'app', image: 'example.com/shop:does-not-exist' }] });
  expect(reason(room.pod().status?.containerStatuses?.[0]?.state)).toBe('ErrImagePull');
  await room.advance(1500);
  expect(reason(room.pod().status?.containerStatuses?.[0]?.state)).toBe('ImagePullBackOff');
  expect(room.pod().status?.phase).toBe('Pending');
  expect(room.eventTexts()).toContain('Failed: Error: ImagePullBackOff');
});

it('waits in ContainerCreating for a Secret that a volume needs, and starts when it is there', async () => {
  let seen: string | undefined;
  await using room = await openKubeletRoom({
    web: {
      ...servingProgram(),
      async run(ctx) {
        seen = ctx.readFile('/etc/cert/tls.crt');
        return servingProgram().run(ctx);
      },
    },
  });
  await room.bind({
    containers: [{ ...web, volumeMounts: [{ name: 'cert', mountPath: '/etc/cert' }] }],
    volumes: [{ name: 'cert', secret: { secretName: 'web-cert' } }],
  });
  expect(reason(room.pod().status?.containerStatuses?.[0]?.state)).toBe('ContainerCreating');
  expect(room.eventTexts()).toContain('FailedMount: MountVolume.SetUp failed for volume "cert" : secret "web-cert" not found');
  room.api.seed(secrets, {
    metadata: { namespace: 'default', name: 'web-cert' },
    data: { 'tls.crt': Buffer.from('PEM').toString('base64') },
  });
  await room.settled();
  expect(findCondition(room.pod().status?.conditions, 'Ready')?.status).toBe('True');
  expect(seen).toBe('PEM');
});

it('waits in ContainerCreating for the ServiceAccount of its token, and tries ever more rarely', async () => {
  let isThere = false;
  await using room = await openKubeletRoom(
    { web: servingProgram() },
    { tokenProblem: ({ name }) => (isThere ? undefined : `serviceaccounts "${name}" not found`) },
  );
  await room.bind({
    serviceAccountName: 'robot',
    containers: [{ ...web, volumeMounts: [{ name: 'kube-api-access-abcde', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] }],
    volumes: [
      {
        name: 'kube-api-access-abcde',
        projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { configMap: { name: 'ca' } }] },
      },
    ],
  });
  room.api.seed(configMaps, { metadata: { namespace: 'default', name: 'ca' }, data: { 'ca.crt': 'CA' } });
  await room.settled();
  const texts = [
    'FailedMount: MountVolume.SetUp failed for volume "kube-api-access-abcde" : [failed to fetch token: serviceaccounts "robot" not found, configmap "ca" not found]',
    'FailedMount: MountVolume.SetUp failed for volume "kube-api-access-abcde" : failed to fetch token: serviceaccounts "robot" not found',
  ];
  expect(failedMounts(room)).toEqual(texts);
  expect(reason(room.pod().status?.containerStatuses?.[0]?.state)).toBe('ContainerCreating');
  const attempts = (): number | undefined => room.api.all(events).find(({ message }) => texts[1]!.endsWith(message!))?.count;
  await room.advance(999);
  expect(attempts()).toBe(1);
  await room.advance(1);
  expect(attempts()).toBe(2);
  await room.advance(2000);
  expect(attempts()).toBe(3);
  isThere = true;
  await room.advance(3999);
  expect(room.pod().status?.phase).toBe('Pending');
  await room.advance(1);
  expect(findCondition(room.pod().status?.conditions, 'Ready')?.status).toBe('True');
});

it('names every volume that is missing, and waits for none that no container mounts', async () => {
  await using room = await openKubeletRoom({ web: servingProgram() });
  await room.bind({
    containers: [
      {
        ...web,
        volumeMounts: [
          { name: 'a', mountPath: '/a' },
          { name: 'b', mountPath: '/b' },
        ],
      },
    ],
    volumes: [
      { name: 'a', configMap: { name: 'x' } },
      { name: 'b', secret: { secretName: 'y' } },
      { name: 'c', secret: { secretName: 'z' } },
    ],
  });
  expect(failedMounts(room)).toEqual([
    'FailedMount: MountVolume.SetUp failed for volume "a" : configmap "x" not found',
    'FailedMount: MountVolume.SetUp failed for volume "b" : secret "y" not found',
  ]);
  room.api.seed(configMaps, { metadata: { namespace: 'default', name: 'x' }, data: {} });
  room.api.seed(secrets, { metadata: { namespace: 'default', name: 'y' }, data: {} });
  await room.settled();
  expect(room.pod().status?.phase).toBe('Running');
});

it('reports CreateContainerConfigError while a variable has no source', async () => {
  await using room = await openKubeletRoom({ web: servingProgram() });
  await room.bind({ containers: [{ ...web, env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } }] }] });
  expect(room.pod().status?.containerStatuses?.[0]?.state?.waiting).toEqual({
    reason: 'CreateContainerConfigError',
    message: 'configmap "settings" not found',
  });
  room.api.seed(configMaps, { metadata: { namespace: 'default', name: 'settings' }, data: { mode: 'fast' } });
  await room.settled();
  expect(room.pod().status?.containerStatuses?.[0]?.ready).toBe(true);
});

it('keeps the environment of a label fixed while the downward API file follows the label', async () => {
  const outputs: string[] = [];
  await using room = await openKubeletRoom({ web: servingProgram() });
  const role = { fieldRef: { fieldPath: "metadata.labels['deployment']" } };
  await room.bind(
    {
      containers: [{ ...web, env: [{ name: 'ROLE', valueFrom: role }], volumeMounts: [{ name: 'info', mountPath: '/info' }] }],
      volumes: [{ name: 'info', downwardAPI: { items: [{ path: 'role', ...role }] } }],
    },
    { labels: { deployment: 'canary' } },
  );
  await room.api.patch(
    pods,
    { namespace: 'default', name: 'web-1' },
    { type: 'merge', body: { metadata: { labels: { deployment: 'stable' } } } },
  );
  await room.settled();
  const io = {
    stdin: undefined,
    stdout: (chunk: Uint8Array | string) => {
      outputs.push(String(chunk));
    },
    stderr: () => {},
    signal: new AbortController().signal,
  };
  expect(await room.kubelet.nodeAgent.exec(room.pod(), 'app', ['sh', '-c', 'echo $ROLE && cat /info/role'], io)).toBe(0);
  expect(outputs.join('')).toBe('canary\nstable');
});

it('takes a container out of readiness after failureThreshold failures and back in after one success', async () => {
  let isWell = true;
  await using room = await openKubeletRoom({
    web: servingProgram((_request, response) => {
      response.statusCode = isWell ? 200 : 503;
      response.end();
    }),
  });
  await room.bind({
    containers: [{ ...web, readinessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 5, failureThreshold: 2 } }],
  });
  isWell = false;
  await room.advance(6000);
  expect(room.pod().status?.containerStatuses?.[0]?.ready).toBe(true);
  await room.advance(5000);
  expect(findCondition(room.pod().status?.conditions, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [app]',
  });
  expect(room.eventTexts()).toContain('Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503');
  isWell = true;
  await room.advance(5000);
  expect(room.pod().status?.containerStatuses?.[0]?.ready).toBe(true);
});

it('restarts a container that fails its liveness probe', async () => {
  let isWell = true;
  await using room = await openKubeletRoom({
    web: servingProgram((_request, response) => {
      response.statusCode = isWell ? 200 : 500;
      response.end();
    }),
  });
  await room.bind({
    containers: [{ ...web, livenessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, failureThreshold: 3 } }],
  });
  isWell = false;
  await room.advance(3500);
  isWell = true;
  await room.advance(2000);
  expect(room.pod().status?.containerStatuses?.[0]).toMatchObject({
    restartCount: 1,
    ready: true,
    lastState: { terminated: { exitCode: 0 } },
  });
  expect(room.eventTexts()).toContain('Killing: Container app failed liveness probe, will be restarted');
});

it('holds back readiness until the startup probe has succeeded', async () => {
  let isUp = false;
  await using room = await openKubeletRoom({
    web: servingProgram((_request, response) => {
      response.statusCode = isUp ? 200 : 503;
      response.end();
    }),
  });
  await room.bind({
    containers: [{ ...web, startupProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, failureThreshold: 30 } }],
  });
  await room.advance(3000);
  expect(room.pod().status?.containerStatuses?.[0]).toMatchObject({ started: false, ready: false });
  isUp = true;
  await room.advance(1000);
  expect(room.pod().status?.containerStatuses?.[0]).toMatchObject({ started: true, ready: true });
});

it('runs init containers in order before the others, and keeps a sidecar running', async () => {
  const order: string[] = [];
  const note = (name: string, stays: boolean) => ({
    async run(ctx: { signal: AbortSignal }) {
      order.push(name);
      if (stays) await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve(), { once: true }));
      return 0;
    },
  });
  await using room = await openKubeletRoom({ first: note('first', false), mesh: note('mesh', true), web: note('web', true) });
  const pod = await room.bind({
    initContainers: [
      { name: 'first', image: 'first' },
      { name: 'mesh', image: 'mesh', restartPolicy: 'Always' },
    ],
    containers: [web],
  });
  expect(order).toEqual(['first', 'mesh', 'web']);
  expect(pod.status?.initContainerStatuses?.map(({ state }) => Object.keys(state ?? {})[0])).toEqual(['terminated', 'running']);
  expect(pod.status?.phase).toBe('Running');
});

it.each([
  { exitCode: 0, policy: 'Never', phase: 'Succeeded', why: 'PodCompleted' },
  { exitCode: 4, policy: 'Never', phase: 'Failed', why: 'PodFailed' },
  { exitCode: 0, policy: 'OnFailure', phase: 'Succeeded', why: 'PodCompleted' },
])('ends a Pod under $policy whose container exits with $exitCode as $phase', async ({ exitCode, policy, phase, why }) => {
  await using room = await openKubeletRoom({ task: { run: async () => exitCode } });
  const pod = await room.bind({ restartPolicy: policy, containers: [{ name: 'task', image: 'task' }] });
  expect(pod.status?.phase).toBe(phase);
  expect(findCondition(pod.status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: why });
});

it('waits for the endpoints to be withdrawn before the stop signal, then removes the Pod', async () => {
  let isStopped = false;
  await using room = await openKubeletRoom({
    web: {
      async run(ctx) {
        ctx.signal.addEventListener('abort', () => {
          isStopped = true;
        });
        return servingProgram().run(ctx);
      },
    },
  });
  const pod = await room.bind({ containers: [web] });
  const targetRef = { kind: 'Pod', name: 'web-1', uid: pod.metadata.uid };
  const slice = room.api.seed(endpointSlices, {
    metadata: { namespace: 'default', name: 'web-1' },
    addressType: 'IPv4',
    endpoints: [{ addresses: [pod.status!.podIP!], conditions: { ready: true }, targetRef }],
    ports: [],
  });
  await room.settled();
  await room.api.delete(pods, { namespace: 'default', name: 'web-1' });
  // The withdrawal is awaited as activity, so a settled room would be too late.
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(isStopped).toBe(false);
  await room.api.update(endpointSlices, {
    ...slice,
    endpoints: [{ ...slice.endpoints![0]!, conditions: { ready: false, serving: true, terminating: true } }],
  });
  await room.settled();
  expect(isStopped).toBe(true);
  expect(room.api.all(pods)).toEqual([]);
  expect(room.eventTexts()).toContain('Killing: Stopping container app');
});

it('kills a program that does not stop when its grace has passed', async () => {
  await using room = await openKubeletRoom({ stubborn: { run: () => new Promise<number>(() => {}) } });
  await room.bind({ terminationGracePeriodSeconds: 30, containers: [{ name: 'app', image: 'stubborn' }] });
  await room.api.delete(pods, { namespace: 'default', name: 'web-1' });
  await room.advance(29_000);
  expect(room.pod().metadata.deletionTimestamp).toBe('2025-01-01T00:00:30Z');
  await room.advance(2000);
  expect(room.api.all(pods)).toEqual([]);
});

it('does not kill a Pod at the end of its grace while it answers a request', async () => {
  let finish = (): void => {};
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const program = servingProgram((_request, response) => {
    finish = () => response.end('late');
    arrived();
  });
  await using room = await openKubeletRoom({
    web: {
      run: async (ctx) => {
        void program.run(ctx);
        return new Promise<number>(() => {});
      },
    },
  });
  const pod = await room.bind({ terminationGracePeriodSeconds: 5, containers: [web] });
  const answer = httpOverDial(`http://${pod.status!.podIP}:8080/`, (host, port) => room.network.dial(host, port));
  await arrival;
  await room.api.delete(pods, { namespace: 'default', name: 'web-1' });
  await room.advance(20_000);
  expect(room.api.all(pods)).toHaveLength(1);
  finish();
  expect(await (await answer).text()).toBe('late');
  await expect.poll(() => room.api.all(pods)).toEqual([]);
});

it('asks again as soon as a program that is slow to listen has opened its port', async () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  await using room = await openKubeletRoom({
    web: {
      async run(ctx) {
        await opened;
        return servingProgram().run(ctx);
      },
    },
  });
  await room.bind({ containers: [{ ...web, readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 600 } }] });
  expect(room.pod().status?.containerStatuses?.[0]?.ready).toBe(false);
  open();
  await expect.poll(() => room.pod().status?.containerStatuses?.[0]?.ready).toBe(true);
  expect(room.clock.nowMs()).toBe(Date.UTC(2025, 0, 1));
});

it('gives the log of the current and the previous run, and says why there is none', async () => {
  let run = 0;
  await using room = await openKubeletRoom({
    crash: {
      run: async (ctx) => {
        ctx.log(`run ${++run}`);
        return 1;
      },
    },
  });
  await room.bind({ containers: [{ name: 'app', image: 'crash' }] });
  const text = async (options: object): Promise<string> => {
    let all = '';
    for await (const chunk of room.kubelet.nodeAgent.logs(room.pod(), 'app', options, new AbortController().signal)) all += chunk;
    return all;
  };
  await expect((async () => text({ previous: true }))()).rejects.toThrow('previous terminated container "app" in pod "web-1" not found');
  await room.advance(1500);
  expect(await text({ timestamps: true })).toBe('2025-01-01T00:00:01.000000000Z run 2\n');

  await room.bind({ containers: [{ name: 'app', image: 'x:does-not-exist' }] }, { name: 'pulling' });
  const failure = await (async () => {
    for await (const _ of room.kubelet.nodeAgent.logs(room.pod('pulling'), 'app', {}, new AbortController().signal)) break;
  })().catch((error: unknown) => error);
  expect(isStatus(failure, 'BadRequest') && failure.message).toBe(
    'container "app" in pod "pulling" is waiting to start: trying and failing to pull image',
  );
});

it('ends a Pod that runs past its deadline', async () => {
  await using room = await openKubeletRoom({ web: servingProgram() });
  await room.bind({ activeDeadlineSeconds: 60, containers: [web] });
  await room.advance(61_000);
  expect(room.pod().status).toMatchObject({
    phase: 'Failed',
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  });
});

it('never makes a stand-in ready whose image says bad, and explains stand-ins in an event', async () => {
  await using room = await openKubeletRoom();
  const good = await room.bind({
    containers: [
      { name: 'db', image: 'postgres:16', ports: [{ containerPort: 5432 }], readinessProbe: { exec: { command: ['pg_isready'] } } },
    ],
  });
  const bad = await room.bind({ containers: [{ name: 'db', image: 'shop:bad' }] }, { name: 'bad-1' });
  expect(good.status?.containerStatuses?.[0]?.ready).toBe(true);
  expect(bad.status?.containerStatuses?.[0]).toMatchObject({ ready: false, started: true });
  expect(room.eventTexts().filter((text) => text.startsWith('StandIn'))[0]).toContain('"postgres:16" has no program');
});
