import { expect, it } from 'vitest';
import { aTemplate, openControllerRoom } from '../../../../test/support/controller-room.ts';
import type { StatefulSetSpec } from '../../../kube/generated/types.ts';
import { pods, statefulSets } from '../../../kube/resource-type.ts';
import { createStatefulSetController } from './statefulset-controller.ts';

const key = { namespace: 'default', name: 'db' };
const image = (tag: string): Partial<StatefulSetSpec> => ({ template: aTemplate(`db:${tag}`) });

/** `+2` a Pod with that number was made, `-2` one has gone; Pods are available two seconds after they were made. */
it.each<[what: string, spec: Partial<StatefulSetSpec>, change: Partial<StatefulSetSpec>, story: string]>([
  ['grows one by one', { replicas: 1 }, { replicas: 3 }, '+1 +2'],
  ['grows at once under Parallel', { replicas: 1, podManagementPolicy: 'Parallel' }, { replicas: 4 }, '+1 +2 +3'],
  ['shrinks from the highest number', { replicas: 4 }, { replicas: 1 }, '-3 -2 -1'],
  ['shrinks to nothing', { replicas: 2 }, { replicas: 0 }, '-1 -0'],
  ['updates from the highest number', { replicas: 3 }, image('2'), '-2 +2 -1 +1 -0 +0'],
  [
    'updates from the partition up',
    { replicas: 4, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } },
    image('2'),
    '-3 +3 -2 +2',
  ],
  [
    'updates nothing above the last number',
    { replicas: 2, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 5 } } },
    image('2'),
    '',
  ],
  ['updates nothing under OnDelete', { replicas: 2, updateStrategy: { type: 'OnDelete' } }, image('2'), ''],
  ['begins to count where it is told to', { replicas: 2, ordinals: { start: 5 } }, { replicas: 3 }, '+7'],
  ['waits for minReadySeconds before the next one', { replicas: 1, minReadySeconds: 100 }, { replicas: 3 }, '+1'],
])('%s', async (_, spec, change, story) => {
  await using room = await openControllerRoom((deps) => [createStatefulSetController(deps)]);
  await room.api.create(statefulSets, {
    metadata: key,
    spec: { serviceName: 'db', minReadySeconds: 2, selector: { matchLabels: { app: 'web' } }, template: aTemplate('db:1'), ...spec },
  });
  await room.advance(200_000);
  const before = room.api.all(statefulSets)[0]!;
  expect(before.status?.availableReplicas ?? 0).toBe(spec.replicas);
  const seen: string[] = [];
  let isListening = false;
  room.deps.informers.for(pods).onChange(({ type, object }) => {
    if (isListening && type !== 'modified') seen.push(`${type === 'added' ? '+' : '-'}${object.metadata.name.slice(3)}`);
  });
  isListening = true;
  await room.api.patch(statefulSets, key, { type: 'merge', body: { spec: change } });
  await room.advance(60_000);
  expect(seen.join(' ')).toBe(story);
});
