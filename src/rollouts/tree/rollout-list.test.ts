import { expect, it } from 'vitest';
import { aRollout } from '../../../test/support/rollout-objects.ts';
import { renderList } from './rollout-list.ts';

const paused = aRollout({
  status: {
    observedGeneration: '1',
    phase: 'Paused',
    currentStepIndex: 1,
    replicas: 6,
    readyReplicas: 6,
    updatedReplicas: 1,
    availableReplicas: 6,
    currentPodHash: 'b',
    stableRS: 'a',
  },
});
const plain = aRollout({
  name: 'a-rollout-with-a-long-name',
  spec: { strategy: { blueGreen: { activeService: 'x' } } },
  status: { observedGeneration: '1', phase: 'Healthy', replicas: 5, readyReplicas: 5, updatedReplicas: 5, availableReplicas: 5 },
});

it('prints one line per rollout in columns', () => {
  expect(renderList([paused, plain])).toBe(`\
NAME                        STRATEGY   STATUS        STEP  SET-WEIGHT  READY  DESIRED  UP-TO-DATE  AVAILABLE
demo                        Canary     Paused        1/8   20          6/6    5        1           6
a-rollout-with-a-long-name  BlueGreen  Healthy       -     -           5/5    5        5           5
`);
});

it('starts lines with time and namespace where asked', () => {
  const [header, line] = renderList([paused], { allNamespaces: true, timestamp: '2026-01-01T00:00:00Z' }).split('\n');
  expect(header).toMatch(/^TIMESTAMP +NAMESPACE +NAME +STRATEGY /);
  expect(line).toMatch(/^2026-01-01T00:00:00Z {2}lab +demo +Canary /);
});

it('prints rows without a header in the same columns', () => {
  expect(renderList([paused], { header: false })).toBe(renderList([paused]).split('\n').slice(1).join('\n'));
});
