import { expect, it } from 'vitest';
import { aPodOf, aReplicaSet } from '../../../test/support/rollout-objects.ts';
import type { ContainerState, PodStatus } from '../../kube/generated/types.ts';
import { podIcon } from './icons.ts';
import { summarizePod } from './pod-status.ts';

const set = aReplicaSet('abc', { revision: 1, image: 'i', replicas: 1 });
const container = (state: ContainerState, ready = false, restartCount = 0) => ({
  name: 'demo',
  ready,
  restartCount,
  image: 'i',
  imageID: '',
  state,
});
const pending = (...statuses: ReturnType<typeof container>[]): PodStatus => ({ phase: 'Pending', containerStatuses: statuses });

it.each<[string, PodStatus, string, string]>([
  ['a Pod without a node', { phase: 'Pending' }, 'Pending', '◌'],
  ['a container that is made', pending(container({ waiting: { reason: 'ContainerCreating' } })), 'ContainerCreating', '◌'],
  ['a running container', { phase: 'Running', containerStatuses: [container({ running: {} }, true)] }, 'Running', '✔'],
  [
    'a container that keeps failing',
    { phase: 'Running', containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } }, false, 4)] },
    'CrashLoopBackOff',
    '✖',
  ],
  ['an image that is not there', pending(container({ waiting: { reason: 'ErrImagePull' } })), 'ErrImagePull', '⚠'],
  [
    'a container that ended with an error',
    { phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 1, reason: 'Error' } })] },
    'Error',
    '⚠',
  ],
  [
    'a container that ended by a signal',
    { phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })] },
    'Signal:9',
    '✖',
  ],
  [
    'a container that is done',
    { phase: 'Succeeded', containerStatuses: [container({ terminated: { exitCode: 0, reason: 'Completed' } })] },
    'Completed',
    '✔',
  ],
])('names the status of %s', (_, status, text, icon) => {
  const summary = summarizePod(aPodOf(set, 'a', { status }));
  expect(summary.status).toBe(text);
  expect(podIcon(summary.status)).toBe(icon);
});

it('counts init containers that are done', () => {
  const pod = aPodOf(set, 'a', { status: { phase: 'Pending', initContainerStatuses: [{ ...container({ running: {} }), name: 'init' }] } });
  const withInit = { ...pod, spec: { ...pod.spec!, initContainers: [{ name: 'init', image: 'i' }] } };
  expect(summarizePod(withInit)).toMatchObject({ status: 'Init:0/1', ready: 0, total: 1 });
});

it('says Terminating as soon as the Pod is deleted', () => {
  expect(summarizePod(aPodOf(set, 'a', { deletedAt: '2026-01-01T00:00:00Z' })).status).toBe('Terminating');
});
