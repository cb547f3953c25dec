import { expect, it } from 'vitest';
import type { LabEvent } from '../harness/events.ts';
import { LabFeed } from './lab-feed.ts';
import type { WireLab } from './wire.ts';

const text = (word: string) => ({ en: word, ko: word });
const events: LabEvent[] = [
  {
    type: 'lab-started',
    lab: '02',
    title: text('Automated'),
    summary: text('sum'),
    cluster: { provider: 'embedded', kubernetes: 'v1', ingressUrl: '' },
    seed: 1,
    steps: [
      { id: 'a', title: text('A'), checks: 1, minutes: 1 },
      { id: 'b', title: text('B'), checks: 1, minutes: 1 },
    ],
  },
  { type: 'step-started', step: 'a', index: 0, of: 2, title: text('A'), say: text('do it'), kind: 'changes' },
  { type: 'command-started', step: 'a', command: 'kubectl get pods', argv: ['kubectl', 'get', 'pods'] },
  { type: 'check-started', step: 'a', check: 'c', title: text('C') },
  { type: 'step-finished', step: 'a', outcome: 'pass', durationMs: 1 },
  { type: 'lab-finished', lab: '02', outcome: 'pass', durationMs: 1, checks: { pass: 1, fail: 0, skip: 0 } },
];

it('tells a reader the lesson so far and then each change', () => {
  const feed = new LabFeed();
  const seen: WireLab[] = [];
  feed.onEvent(events[0]!);
  const stop = feed.watch((json) => seen.push(JSON.parse(json) as WireLab));
  for (const event of events.slice(1)) feed.onEvent(event);
  stop();
  feed.onEvent(events[0]!);
  expect(seen).toHaveLength(6);
  expect(seen[0]!.steps.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting']);
  expect(seen[3]!.steps[0]).toEqual({
    id: 'a',
    title: text('A'),
    say: text('do it'),
    outcome: 'running',
    commands: ['kubectl get pods'],
    checks: [{ id: 'c', title: text('C'), outcome: 'running' }],
  });
  expect(seen.at(-1)).toMatchObject({ outcome: 'pass', steps: [{ outcome: 'pass' }, { outcome: 'waiting' }] });
});

it('says nothing of events that show nothing', () => {
  const feed = new LabFeed();
  const seen: string[] = [];
  feed.watch((json) => seen.push(json));
  feed.onEvent({ type: 'note', step: 'a', id: 'n', text: text('n') });
  feed.onEvent(events[0]!);
  feed.onEvent({ type: 'time-passes', step: 'a', duration: '5m', how: 'jump' });
  expect(seen).toHaveLength(1);
});
