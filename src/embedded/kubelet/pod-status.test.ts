import { expect, it } from 'vitest';
import { findCondition } from '../../kube/conditions.ts';
import type { ContainerState, Pod } from '../../kube/generated/types.ts';
import { type ContainerSnapshot, type PodSnapshot, podPhase, podStatus } from './pod-status.ts';

const running: ContainerState = { running: { startedAt: '2025-01-01T00:00:00Z' } };
const waiting: ContainerState = { waiting: { reason: 'CrashLoopBackOff' } };
const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode } });

function aContainer(name: string, state: ContainerState, extra: Partial<ContainerSnapshot> = {}): ContainerSnapshot {
  return {
    spec: { name },
    state,
    lastState: undefined,
    restartCount: 0,
    ready: state.running !== undefined,
    started: state.running !== undefined,
    containerId: undefined,
    image: '',
    imageId: '',
    ...extra,
  };
}
const aSnapshot = (main: ContainerSnapshot[], init: ContainerSnapshot[] = []): PodSnapshot => ({
  main,
  init,
  podIp: '10.244.0.2',
  hostIp: '172.18.0.2',
  startTimeMs: 0,
});
const aPod = (restartPolicy: string, spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name: 'p', resourceVersion: '', creationTimestamp: '', uid: '', generation: 3 },
  spec: { restartPolicy, containers: [], ...spec },
});

it.each([
  ['Always', [running], 'Running'],
  ['Always', [running, { waiting: { reason: 'ImagePullBackOff' } }], 'Pending'],
  ['Always', [ended(0)], 'Running'],
  ['OnFailure', [ended(1)], 'Running'],
  ['OnFailure', [ended(0), ended(0)], 'Succeeded'],
  ['Never', [ended(0), ended(2)], 'Failed'],
  ['Never', [ended(2), running], 'Running'],
] as const)('under %s takes containers %j as %s', (policy, states, phase) => {
  expect(podPhase(aPod(policy), aSnapshot(states.map((state, index) => aContainer(`c${index}`, state))))).toBe(phase);
});

it('stays Running while a container that ran before waits to be restarted', () => {
  expect(podPhase(aPod('Always'), aSnapshot([aContainer('app', waiting, { lastState: ended(1) })]))).toBe('Running');
});

it('is Pending while an init container has not ended, and Failed when one has failed for good', () => {
  const main = aContainer('app', { waiting: { reason: 'PodInitializing' } });
  expect(podPhase(aPod('Always'), aSnapshot([main], [aContainer('init', running)]))).toBe('Pending');
  expect(podPhase(aPod('Never'), aSnapshot([main], [aContainer('init', ended(1))]))).toBe('Failed');
});

it('names the containers that are not ready, sidecars included', () => {
  const sidecar = aContainer('mesh', running, { ready: false, spec: { name: 'mesh', restartPolicy: 'Always' } });
  const { conditions } = podStatus(
    aPod('Always'),
    aSnapshot([aContainer('a', running), aContainer('b', running, { ready: false })], [sidecar]),
    0,
  );
  expect(findCondition(conditions, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [mesh b]',
    observedGeneration: 3,
  });
  expect(findCondition(conditions, 'Initialized')?.status).toBe('True');
});

it('is not Ready while a readiness gate is closed, although its containers are', () => {
  const pod = aPod('Always', { readinessGates: [{ conditionType: 'shop/open' }] });
  const status = podStatus(pod, aSnapshot([aContainer('app', running)]), 0);
  expect(findCondition(status.conditions, 'ContainersReady')?.status).toBe('True');
  expect(findCondition(status.conditions, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message: 'corresponding condition of pod readiness gate "shop/open" does not exist.',
  });
  const open = { ...pod, status: { conditions: [{ type: 'shop/open', status: 'True' }] } };
  expect(findCondition(podStatus(open, aSnapshot([aContainer('app', running)]), 0).conditions, 'Ready')?.status).toBe('True');
});

it('keeps the transition time of a condition whose status stays', () => {
  const first = podStatus(aPod('Always'), aSnapshot([aContainer('app', running)]), 0);
  const later = podStatus({ ...aPod('Always'), status: first }, aSnapshot([aContainer('app', running, { ready: false })]), 60_000);
  expect(findCondition(later.conditions, 'Initialized')?.lastTransitionTime).toBe('1970-01-01T00:00:00Z');
  expect(findCondition(later.conditions, 'Ready')?.lastTransitionTime).toBe('1970-01-01T00:01:00Z');
});
