import { expect, it } from 'vitest';
import { TerminalScreen } from '../../../test/support/terminal-screen.ts';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';
import type { LabEvent } from '../events.ts';
import { TerminalRenderer } from './terminal.ts';

const title = { en: 'the Rollout is Healthy', ko: 'Rollout이 Healthy 상태입니다' };
const output = (text: string): LabEvent => ({ type: 'command-output', step: 's', stream: 'stdout', text });
const command = { step: 's', command: 'kubectl get pods' };

function aTerminal(columns: number): { screen: TerminalScreen; renderer: TerminalRenderer; clock: VirtualClock } {
  const screen = new TerminalScreen(columns, 24);
  const clock = new VirtualClock({ host: hostClock, activity: new Activity(), startMs: 0, rate: 0 });
  return { screen, clock, renderer: new TerminalRenderer({ out: screen.write, screen }, 'en', clock) };
}

it('shows what is going on below what has happened, with the time it takes, and takes it away at the end of the step', async () => {
  const { screen, renderer, clock } = aTerminal(80);
  renderer.setLive({ look: () => ({ rollout: undefined, traffic: { requests: 4, failures: 0, byHash: { abc: 4 } } }) });
  renderer.onEvent({ type: 'command-started', ...command, argv: ['kubectl'] });
  await clock.advanceTo(clock.nowMs() + 2500);
  expect(screen.text).toMatch(/2 s {2}\$ kubectl get pods\ntraffic {2}█{40}\n +█ abc 100 % {2}4 requests, 0 failed/);
  renderer.onEvent(output('NAME   READY\n'));
  renderer.onEvent({ type: 'command-finished', ...command, exitCode: 0, durationMs: 1 });
  renderer.onEvent({ type: 'check-started', step: 's', check: 'c', title });
  await clock.advanceTo(clock.nowMs() + 500);
  expect(screen.text).toMatch(/the Rollout is Healthy\ntraffic/);
  renderer.onEvent({
    type: 'check-passed',
    step: 's',
    check: 'c',
    title,
    result: { id: 'c', title: '', outcome: 'pass', expected: '', observed: 'Healthy', durationMs: 1, detail: '' },
  });
  renderer.onEvent({ type: 'step-finished', step: 's', outcome: 'pass', durationMs: 1 });
  await clock.advanceTo(clock.nowMs() + 5000);
  expect(screen.text).toBe('\n$ kubectl get pods\n  NAME   READY\n✔ the Rollout is Healthy (Healthy)\n');
});

it('takes cursor movements out of what programs print, and keeps their colours', () => {
  const { screen, renderer } = aTerminal(60);
  renderer.onEvent({ type: 'command-started', ...command, argv: ['kubectl'] });
  renderer.onEvent(output('one\u001b[2J\u001b[H\rtwo \u001b[32mgreen\u001b[0m\n'));
  renderer.onEvent({ type: 'step-finished', step: 's', outcome: 'pass', durationMs: 1 });
  expect(screen.text).toBe('\n$ kubectl get pods\n  onetwo green\n');
});

it('draws nothing after it was closed', async () => {
  const { screen, renderer, clock } = aTerminal(60);
  renderer.onEvent({ type: 'check-started', step: 's', check: 'c', title });
  await renderer.close();
  await clock.advanceTo(clock.nowMs() + 1000);
  expect(screen.text).toBe('');
});
