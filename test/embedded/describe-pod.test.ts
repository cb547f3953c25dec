import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PodSpec } from '../../src/kube/generated/types.ts';
import { pods } from '../../src/kube/resource-type.ts';
import { expectGolden } from '../support/golden.ts';
import { type LabRoom, openLabRoom } from '../support/lab-room.ts';

// A cluster whose time stands still unless it is moved, so that counts of events are the same in every run.
let room: LabRoom;
beforeAll(async () => {
  room = await openLabRoom(41, { rate: 0 });
});
afterAll(() => room.close());

const sample = 'ghcr.io/canary-lab/sample-app';
const web = (tag: string) => ({ name: 'web', image: `${sample}:${tag}`, ports: [{ name: 'http', containerPort: 8080 }] });
const work = { volumeMounts: [{ name: 'work', mountPath: '/work' }] };

interface Case {
  name: string;
  spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>;
  afterMs: number;
  act?: () => Promise<unknown>;
}
const cases: Case[] = [
  {
    name: 'crashing',
    afterMs: 100_000,
    spec: { containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', 'echo boom; exit 3'] }] },
  },
  {
    name: 'never-ready',
    afterMs: 61_000,
    spec: {
      containers: [
        {
          ...web('never-ready'),
          readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 10 },
          livenessProbe: { httpGet: { path: '/healthz', port: 8080 } },
        },
      ],
    },
  },
  { name: 'unpullable', afterMs: 100_000, spec: { containers: [web('does-not-exist')] } },
  {
    name: 'unschedulable',
    afterMs: 1000,
    spec: { nodeSelector: { disk: 'ssd' }, containers: [{ ...web('1.0.0'), resources: { requests: { cpu: '100m' } } }] },
  },
  { name: 'too-large', afterMs: 1000, spec: { containers: [{ ...web('1.0.0'), resources: { requests: { cpu: '64', memory: '1Ti' } } }] } },
  {
    name: 'evicted-by-the-node',
    afterMs: 15_000,
    spec: {
      volumes: [{ name: 'work', emptyDir: { sizeLimit: '1Ki' } }],
      containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', 'seq 1 500 > /work/log; sleep 1000'], ...work }],
    },
  },
  {
    name: 'evicted-by-the-api',
    afterMs: 1000,
    spec: {
      terminationGracePeriodSeconds: 120,
      containers: [{ name: 'app', image: 'busybox:1.37', command: ['sleep', '1000'], lifecycle: { preStop: { sleep: { seconds: 90 } } } }],
    },
    act: () =>
      room.embedded.api.createSubresource(pods, { namespace: 'default', name: 'evicted-by-the-api' }, 'eviction', {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { namespace: 'default', name: 'evicted-by-the-api' },
      }),
  },
  {
    name: 'failing-liveness',
    afterMs: 65_000,
    spec: {
      terminationGracePeriodSeconds: 5,
      containers: [
        { ...web('1.0.0'), livenessProbe: { httpGet: { path: '/nowhere', port: 8080 }, failureThreshold: 2, periodSeconds: 5 } },
      ],
    },
  },
  {
    name: 'without-its-config',
    afterMs: 5000,
    spec: {
      volumes: [{ name: 'site', configMap: { name: 'site' } }],
      containers: [
        {
          ...web('1.0.0'),
          env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } }],
          volumeMounts: [{ name: 'site', mountPath: '/site' }],
        },
      ],
    },
  },
  {
    name: 'init-failing',
    afterMs: 30_000,
    spec: {
      initContainers: [
        { name: 'prepare', image: 'busybox:1.37', command: ['sh', '-c', 'echo no database > /dev/termination-log; exit 1'] },
      ],
      containers: [web('1.0.0')],
    },
  },
  {
    name: 'completed',
    afterMs: 5000,
    spec: { restartPolicy: 'Never', containers: [{ name: 'once', image: 'busybox:1.37', command: ['echo', 'done'] }] },
  },
];

it.each(cases)('describes a Pod that is $name as a real cluster does', async ({ name, spec, afterMs, act }) => {
  const { api, clock, activity } = room.embedded;
  await api.create(pods, { metadata: { namespace: 'default', name }, spec });
  await activity.settled();
  await clock.advanceTo(clock.nowMs() + afterMs);
  await act?.();
  await activity.settled();
  const { stdout, exitCode } = await room.options.tools.run('kubectl', ['describe', 'pod', name]);
  expect(exitCode).toBe(0);
  // A Pod whose grace is not over yet: its deletion timestamp lies ahead, and that is what kubectl makes of it everywhere.
  expect(stdout.replace('Terminating (lasts <invalid>)', '')).not.toContain('<invalid>');
  await expectGolden(`describe-pod-${name}`, stdout);
});
