import { afterEach, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { poll } from '../../src/base/poll.ts';
import type { EmbeddedCluster } from '../../src/embedded/cluster.ts';
import { clocks } from '../../src/kube/clock-resource.ts';
import { openTimeStory, playTimeStory, tellTimeStory, timeStory } from '../support/time-story.ts';

const MINUTE = 60_000;
let cluster: EmbeddedCluster;
afterEach(() => cluster.stop());

async function tell(how: 'jump' | { rate: number }, forMs?: number): Promise<string[]> {
  cluster = await openTimeStory();
  return tellTimeStory(cluster, how, forMs);
}

it('tells the same story of a pause of five minutes, probes, back-offs and schedules in a jump and at 60 times the speed', async () => {
  const jumped = await tell('jump');
  expect(jumped).toEqual(
    expect.arrayContaining([
      'crashing BackOff x6',
      'canary RolloutResumed x1',
      'tick SawCompletedJob x1',
      'unhealthy Killing x3',
      'unpullable BackOff x6',
    ]),
  );
  await cluster.stop();
  expect(await tell({ rate: 60 })).toEqual(jumped);
}, 180_000);

it('tells the same first seconds at the speed of the host', async () => {
  const jumped = await tell('jump', 3500);
  await cluster.stop();
  expect(await tell({ rate: 1 }, 3500)).toEqual(jumped);
}, 180_000);

it('stands still at rate 0 until it is moved', async () => {
  cluster = await openTimeStory();
  await playTimeStory(cluster);
  const fromMs = cluster.clock.nowMs();
  const before = await timeStory(cluster, fromMs, fromMs + MINUTE);
  await hostClock.sleep(300);
  expect(cluster.clock.nowMs()).toBe(fromMs);
  expect(await timeStory(cluster, fromMs, fromMs + MINUTE)).toEqual(before);
  const advanceTo = new Date(fromMs + 15_000).toISOString();
  await cluster.api.patch(clocks, { name: 'cluster' }, { type: 'merge', body: { spec: { advanceTo } } });
  await poll(
    async () => (await cluster.api.get(clocks, { name: 'cluster' }))?.status?.now,
    { until: (now) => Date.parse(now ?? '') === fromMs + 15_000, everyMs: 5, timeoutMs: 30_000, what: 'the jump' },
    { clock: hostClock },
  );
  await cluster.activity.settled();
  expect(await timeStory(cluster, fromMs, fromMs + MINUTE)).not.toEqual(before);
  expect(cluster.clock.nowMs()).toBe(fromMs + 15_000);
});
