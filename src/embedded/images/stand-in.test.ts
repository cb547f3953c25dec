import { expect, it } from 'vitest';
import { openKubeletRoom } from '../../../test/support/kubelet-room.ts';
import { httpOverDial } from '../network/http-over-dial.ts';
import { createImageTable, repositoryOf } from './image-table.ts';

it('answers HTTP on its declared and probed ports with its Pod, image and hash', async () => {
  await using room = await openKubeletRoom();
  const pod = await room.bind(
    {
      containers: [
        { name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { path: '/live', port: 9999 } } },
      ],
    },
    { labels: { 'pod-template-hash': 'abc123' } },
  );
  const answer = await httpOverDial(`http://${pod.status!.podIP}/x`, (host, port) => room.network.dial(host, port));
  expect(JSON.parse(await answer.text())).toMatchObject({ standIn: true, pod: 'web-1', image: 'nginx:1.27', hash: 'abc123', path: '/x' });
  expect((await httpOverDial(`http://${pod.status!.podIP}:9999/live`, (host, port) => room.network.dial(host, port))).status).toBe(200);
});

it.each([
  { command: ['sh', '-c', 'echo done; exit 3'], phase: 'Failed' },
  { command: ['true'], phase: 'Succeeded' },
  { command: ['migrate', 'up'], phase: 'Succeeded' },
])('ends as $phase when it is there to run $command', async ({ command, phase }) => {
  await using room = await openKubeletRoom();
  const pod = await room.bind({ restartPolicy: 'Never', containers: [{ name: 'job', image: 'example.com/tool:1', command }] });
  expect(pod.status?.phase).toBe(phase);
});

it('completes an init container of an unknown image so that the Pod goes on', async () => {
  await using room = await openKubeletRoom();
  const pod = await room.bind({
    initContainers: [{ name: 'prepare', image: 'example.com/prepare' }],
    containers: [{ name: 'web', image: 'nginx' }],
  });
  expect(pod.status?.phase).toBe('Running');
});

it.each([
  ['docker.io/library/busybox:1.36', 'busybox'],
  ['registry.k8s.io/ingress-nginx/controller:v1.9.4@sha256:5b16', 'registry.k8s.io/ingress-nginx/controller'],
  ['localhost:5000/app', 'localhost:5000/app'],
  ['ghcr.io/canary-lab/sample-app', 'ghcr.io/canary-lab/sample-app'],
])('takes the repository of %s as %s', (reference, repository) => {
  expect(repositoryOf(reference)).toBe(repository);
});

it('finds a registered program whatever the tag, even one that says bad', () => {
  const program = { run: async () => 0 };
  const table = createImageTable({ 'example.com/shop': program });
  expect(table.find('example.com/shop:bad@sha256:1')).toEqual({ program, standIn: false });
  expect(table.find('example.com/other:bad')).toMatchObject({ standIn: true, neverReady: true });
  expect(table.find('busybox')).toMatchObject({ standIn: false });
});
