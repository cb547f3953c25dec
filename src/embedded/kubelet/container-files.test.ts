import { expect, it } from 'vitest';
import { openKubeletRoom, servingProgram } from '../../../test/support/kubelet-room.ts';
import { findCondition } from '../../kube/conditions.ts';
import type { ImageContext } from '../images/image-program.ts';

const sh = (script: string, rest: object = {}) => ({ name: 'app', image: 'busybox', command: ['sh', '-c', script], ...rest });
const shared = { volumeMounts: [{ name: 'work', mountPath: '/work' }] };
const volumes = [{ name: 'work', emptyDir: {} }];

it('shows a file of an empty directory to the other containers of the Pod', async () => {
  await using room = await openKubeletRoom();
  await room.bind({
    restartPolicy: 'Never',
    volumes,
    initContainers: [{ ...sh('echo hello > /work/greeting; echo again >> /work/greeting', shared), name: 'writer' }],
    containers: [sh('cat /work/greeting > /dev/termination-log; rm /work/greeting', shared)],
  });
  expect(room.pod().status).toMatchObject({
    phase: 'Succeeded',
    containerStatuses: [{ state: { terminated: { exitCode: 0, message: 'hello\nagain\n' } } }],
  });
});

it('keeps empty directories over restarts of a container, and nothing else', async () => {
  const seen: string[] = [];
  const counter = {
    async run(ctx: ImageContext) {
      seen.push(`${ctx.readFile('/work/runs') ?? ''}|${ctx.readFile('/tmp/runs') ?? ''}`);
      ctx.writeFile!('/work/runs', `${ctx.readFile('/work/runs') ?? ''}x`);
      ctx.writeFile!('/tmp/runs', 'x');
      return 1;
    },
  };
  await using room = await openKubeletRoom({ counter });
  await room.bind({ volumes, containers: [{ name: 'app', image: 'counter:1', ...shared }] });
  await room.advance(40_000);
  expect(seen).toEqual(['|', 'x|', 'xx|', 'xxx|']);
});

it('refuses writes to a ConfigMap, to a read-only mount and to a read-only root', async () => {
  await using room = await openKubeletRoom();
  await room.bind({
    restartPolicy: 'Never',
    volumes,
    containers: [
      { ...sh('echo x > /work/a', { volumeMounts: [{ name: 'work', mountPath: '/work', readOnly: true }] }), name: 'mount' },
      { ...sh('echo x > /a', { securityContext: { readOnlyRootFilesystem: true } }), name: 'root' },
      { ...sh('echo x > /dev/termination-log', { securityContext: { readOnlyRootFilesystem: true } }), name: 'last-words' },
    ],
  });
  expect(room.pod().status?.containerStatuses?.map(({ state }) => state?.terminated?.exitCode)).toEqual([1, 1, 0]);
});

it('evicts a Pod that holds more in an empty directory than its limit allows', async () => {
  await using room = await openKubeletRoom();
  const message = 'Usage of EmptyDir volume "work" exceeds the limit "1Ki". ';
  await room.bind({
    volumes: [{ name: 'work', emptyDir: { sizeLimit: '1Ki' } }],
    containers: [sh('seq 1 500 > /work/log; sleep 1000', shared)],
  });
  expect(room.pod().status?.phase).toBe('Running');
  await room.advance(15_000);
  expect(room.pod().status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
  expect(findCondition(room.pod().status?.conditions, 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'TerminationByKubelet',
    message,
  });
  expect(room.eventTexts()).toContain(`Evicted: ${message}`);
});

it('takes the message of a failed container from its log only where its file is empty', async () => {
  await using room = await openKubeletRoom();
  await room.bind({
    restartPolicy: 'Never',
    containers: [
      { ...sh('echo from the log; exit 3', { terminationMessagePolicy: 'FallbackToLogsOnError' }), name: 'logged' },
      {
        ...sh('echo from the log; echo from the file > /tmp/why; exit 3', {
          terminationMessagePolicy: 'FallbackToLogsOnError',
          terminationMessagePath: '/tmp/why',
        }),
        name: 'written',
      },
      { ...sh('echo from the log; exit 3'), name: 'silent' },
    ],
  });
  expect(room.pod().status?.containerStatuses?.map(({ state }) => state?.terminated?.message)).toEqual([
    'from the log\n',
    'from the file\n',
    undefined,
  ]);
});

it.each([
  ['a second DELETE with less grace', 5, 5000],
  ['a forced DELETE', 0, 2000],
])('ends a Pod that will not stop sooner after %s', async (_, gracePeriodSeconds, afterMs) => {
  let endedAt: number | undefined;
  const stubborn = {
    async run(ctx: ImageContext) {
      ctx.killed.addEventListener('abort', () => {
        endedAt = ctx.clock.nowMs() - Date.UTC(2025, 0, 1);
      });
      await new Promise(() => {});
      return 0;
    },
  };
  await using room = await openKubeletRoom({ stubborn });
  await room.bind({ terminationGracePeriodSeconds: 300, containers: [{ name: 'app', image: 'stubborn:1' }] });
  const { pods } = await import('../../kube/resource-type.ts');
  const key = { namespace: 'default', name: 'web-1' };
  await room.api.delete(pods, key, { gracePeriodSeconds: 300 });
  await room.advance(10_000);
  expect(endedAt).toBeUndefined();
  await room.api.delete(pods, key, { gracePeriodSeconds });
  await room.advance(60_000);
  expect(endedAt).toBe(10_000 + afterMs);
  expect(room.api.all(pods)).toEqual([]);
});

it('serves a Pod whose volumes are all directories as before', async () => {
  await using room = await openKubeletRoom({ web: servingProgram() });
  await room.bind({ volumes, containers: [{ name: 'app', image: 'web:1', ...shared }] });
  expect(findCondition(room.pod().status?.conditions, 'Ready')?.status).toBe('True');
});
