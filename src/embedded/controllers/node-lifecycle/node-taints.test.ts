import { expect, it } from 'vitest';
import type { Node, Pod, Taint, Toleration } from '../../../kube/generated/types.ts';
import { evictionDelayMs } from './eviction-delay.ts';
import { graceMs, silentConditions } from './node-health.ts';
import { taintsFor } from './node-taints.ts';

const NOW = '2025-01-01T00:10:00Z';
const aNode = (conditions: Record<string, string>, spec: Node['spec'] = {}): Node => ({
  metadata: { name: 'n1', uid: 'n1', resourceVersion: '1', creationTimestamp: '2025-01-01T00:00:00Z' },
  spec,
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
});
const text = ({ key, effect, value }: Taint): string => `${key.replace('node.kubernetes.io/', '')}${value ? `=${value}` : ''}:${effect}`;

it.each<[what: string, node: Node, taints: string[] | undefined]>([
  ['a ready node', aNode({ Ready: 'True' }), undefined],
  ['a node that is not ready', aNode({ Ready: 'False' }), ['not-ready:NoSchedule', 'not-ready:NoExecute']],
  ['a node that is silent', aNode({ Ready: 'Unknown' }), ['unreachable:NoSchedule', 'unreachable:NoExecute']],
  ['a cordoned node', aNode({ Ready: 'True' }, { unschedulable: true }), ['unschedulable:NoSchedule']],
  ['a node short of memory', aNode({ Ready: 'True', MemoryPressure: 'True' }), ['memory-pressure:NoSchedule']],
  ['a node short of disk', aNode({ Ready: 'True', DiskPressure: 'True' }), ['disk-pressure:NoSchedule']],
  ['a node short of processes', aNode({ Ready: 'True', PIDPressure: 'True' }), ['pid-pressure:NoSchedule']],
  ['a node without network', aNode({ Ready: 'True', NetworkUnavailable: 'True' }), ['network-unavailable:NoSchedule']],
  [
    'the taints of others',
    aNode({ Ready: 'False' }, { taints: [{ key: 'team', value: 'blue', effect: 'NoExecute' }] }),
    ['team=blue:NoExecute', 'not-ready:NoSchedule', 'not-ready:NoExecute'],
  ],
  [
    'a node that is ready again',
    aNode({ Ready: 'True' }, { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] }),
    [],
  ],
  [
    'a node that went from silent to not ready',
    aNode({ Ready: 'False' }, { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] }),
    ['not-ready:NoSchedule', 'not-ready:NoExecute'],
  ],
  [
    'a cordon that is known',
    aNode({ Ready: 'True' }, { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
    undefined,
  ],
])('taints %s as its conditions ask', (_, node, taints) => {
  expect(taintsFor(node, NOW)?.map(text)).toEqual(taints);
});

it('keeps the time of a taint that stays', () => {
  const known = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2025-01-01T00:05:00Z' };
  expect(taintsFor(aNode({ Ready: 'Unknown' }, { taints: [known] }), NOW)).toEqual([
    { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule', timeAdded: NOW },
    known,
  ]);
});

it('gives a node 50 s of silence, and 60 s before its first word', () => {
  expect([graceMs(aNode({ Ready: 'True' })), graceMs(aNode({}))]).toEqual([50_000, 60_000]);
});

it('tells of a silent node that nothing is known of it', () => {
  expect(silentConditions(aNode({ Ready: 'True', MemoryPressure: 'False', DiskPressure: 'Unknown' }), NOW)).toMatchObject([
    {
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: NOW,
    },
    { type: 'MemoryPressure', status: 'Unknown', reason: 'NodeStatusUnknown' },
    { type: 'PIDPressure', status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' },
  ]);
  const silent = aNode({ Ready: 'Unknown', MemoryPressure: 'Unknown', DiskPressure: 'Unknown', PIDPressure: 'Unknown' });
  expect(silentConditions(silent, NOW)).toBeUndefined();
});

const drives = (...taints: string[]): Node => aNode({}, { taints: taints.map((key) => ({ key, effect: 'NoExecute' })) });
const bearing = (...tolerations: Toleration[]): Pod => ({
  metadata: { name: 'p', uid: 'p', resourceVersion: '1', creationTimestamp: '' },
  spec: { containers: [], tolerations },
});
it.each<[what: string, pod: Pod, node: Node, delayMs: number]>([
  ['no taint', bearing(), drives(), Number.POSITIVE_INFINITY],
  ['a taint that only keeps Pods off', bearing(), aNode({}, { taints: [{ key: 'a', effect: 'NoSchedule' }] }), Number.POSITIVE_INFINITY],
  ['a taint that is not tolerated', bearing(), drives('a'), 0],
  ['a taint that is tolerated for good', bearing({ key: 'a', operator: 'Exists' }), drives('a'), Number.POSITIVE_INFINITY],
  ['a taint that is tolerated for a time', bearing({ key: 'a', operator: 'Exists', tolerationSeconds: 300 }), drives('a'), 300_000],
  ['a time below zero', bearing({ key: 'a', operator: 'Exists', tolerationSeconds: -1 }), drives('a'), 0],
  [
    'the shortest of two times',
    bearing({ key: 'a', operator: 'Exists', tolerationSeconds: 300 }, { key: 'b', operator: 'Exists', tolerationSeconds: 20 }),
    drives('a', 'b'),
    20_000,
  ],
  ['one of two taints that is not tolerated', bearing({ key: 'a', operator: 'Exists', tolerationSeconds: 300 }), drives('a', 'b'), 0],
  ['everything tolerated', bearing({ operator: 'Exists' }), drives('a', 'b'), Number.POSITIVE_INFINITY],
])('lets a Pod stay with %s', (_, pod, node, delayMs) => {
  expect(evictionDelayMs(pod, node)).toBe(delayMs);
});
