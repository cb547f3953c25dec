import { expect, it, vi } from 'vitest';
import { TerminalScreen } from '../../../test/support/terminal-screen.ts';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';
import type { LabEvent } from '../events.ts';
import type { Language } from '../text.ts';
import { TerminalRenderer } from './terminal.ts';

const title = { en: 'the Rollout is Healthy', ko: 'Rollout이 Healthy 상태입니다' };
const output = (text: string): LabEvent => ({ type: 'command-output', step: 's', stream: 'stdout', text });
const command = { step: 's', command: 'kubectl get pods' };
const started: LabEvent = { type: 'command-started', ...command, argv: ['kubectl'] };
const finished: LabEvent = { type: 'command-finished', ...command, exitCode: 0, durationMs: 1 };
const check = { step: 's', check: 'c', title };
const result = { id: 'c', title: '', outcome: 'pass', expected: '', observed: 'Healthy', durationMs: 1, detail: '' } as const;
const stepFinished: LabEvent = { type: 'step-finished', step: 's', outcome: 'pass', durationMs: 1 };
const live = { look: () => ({ rollout: undefined, traffic: { requests: 4, failures: 0, byHash: { abc: 4 } } }) };

interface Terminal {
  screen: TerminalScreen;
  renderer: TerminalRenderer;
  clock: VirtualClock;
  shows(text: RegExp): Promise<void>;
}

function aTerminal(columns: number, rows = 24, lang: Language = 'en'): Terminal {
  const screen = new TerminalScreen(columns, rows);
  const clock = new VirtualClock({ host: hostClock, activity: new Activity(), startMs: 0, rate: 0 });
  const renderer = new TerminalRenderer({ out: screen.write, screen }, lang, clock);
  return { screen, clock, renderer, shows: (text) => vi.waitFor(() => expect(screen.text).toMatch(text), { timeout: 20_000 }) };
}

it('shows what is going on below what has happened, with the time it takes, and takes it away at the end of the step', async () => {
  const { screen, renderer, clock, shows } = aTerminal(80);
  renderer.setLive(live);
  renderer.onEvent(started);
  await shows(/\$ kubectl get pods\n {2}› traffic/);
  await clock.advanceTo(clock.nowMs() + 2500);
  expect(screen.text).toMatch(/2 s {2}\$ kubectl get pods\n {2}› traffic {2}█{40}\n +█ abc 100 % {2}4 requests, 0 failed/);
  renderer.onEvent(output('NAME   READY\n'));
  await clock.advanceTo(clock.nowMs() + 200);
  expect(screen.text).toMatch(/\$ kubectl get pods\n {2}› NAME {3}READY\n {4}traffic/);
  renderer.onEvent(finished);
  renderer.onEvent({ type: 'check-started', ...check });
  await shows(/the Rollout is Healthy\n {2}› traffic/);
  renderer.onEvent({ type: 'check-passed', ...check, result });
  renderer.onEvent(stepFinished);
  await renderer.drawn();
  await clock.advanceTo(clock.nowMs() + 5000);
  expect(screen.text).toBe('\n✔ $ kubectl get pods\n  NAME   READY\n✔ the Rollout is Healthy (Healthy)\n');
});

it('takes cursor movements out of what programs print, and keeps their colours', async () => {
  const { screen, renderer } = aTerminal(60);
  renderer.onEvent(started);
  renderer.onEvent(output('one\u001b[2J\u001b[H\rtwo \u001b[32mgreen\u001b[0m\n'));
  renderer.onEvent(finished);
  await renderer.drawn();
  expect(screen.text).toBe('\n✔ $ kubectl get pods\n  onetwo green\n');
});

it('scrolls a long output without losing a line of it, however small the terminal', async () => {
  const { screen, renderer, shows } = aTerminal(40, 8);
  renderer.setLive(live);
  renderer.onEvent(started);
  const rows = Array.from({ length: 50 }, (_, index) => `row ${index}`);
  renderer.onEvent(output(`${rows.join('\n')}\n`));
  await shows(/traffic/);
  renderer.onEvent(finished);
  renderer.onEvent({ type: 'check-started', ...check });
  await shows(/the Rollout is Healthy\n {2}› traffic/);
  renderer.onEvent({ type: 'check-passed', ...check, result });
  await renderer.close();
  expect(screen.text).toBe(`\n✔ $ kubectl get pods\n${rows.map((row) => `  ${row}\n`).join('')}✔ the Rollout is Healthy (Healthy)\n`);
});

it('breaks a Korean title at the width of the terminal, below its first word', async () => {
  const { screen, renderer } = aTerminal(30, 24, 'ko');
  renderer.onEvent({ type: 'check-started', ...check });
  renderer.onEvent({ type: 'check-passed', ...check, result });
  await renderer.close();
  expect(screen.text).toBe('✔ Rollout이 Healthy\n  상태입니다 (Healthy)\n');
});

it('makes room for text while the learner has the turn, and shows the wait again below', async () => {
  const { screen, renderer, shows } = aTerminal(80);
  const unmet = { step: 's', check: 'c', title, expected: 'a', observed: 'b', look: 'l' };
  renderer.setLive(live);
  renderer.onEvent({ type: 'turn-started', step: 's', commands: ['kubectl get pods'], waitsFor: 'checks' });
  await shows(/waiting for you\n {2}› traffic/);
  renderer.onEvent({ type: 'unmet', ...unmet });
  await shows(
    /stop here\n {2}not yet: the Rollout is Healthy \(expected a, observed b\)\n⠋ not yet: the Rollout is Healthy\n {2}› traffic/,
  );
  renderer.onEvent({ type: 'check-started', ...check });
  renderer.onEvent({ type: 'check-passed', ...check, result });
  renderer.onEvent(stepFinished);
  await renderer.drawn();
  expect(screen.text).not.toMatch(/waiting for you|traffic|⠋/);
  expect(screen.text).toMatch(/observed b\)\n✔ the Rollout is Healthy \(Healthy\)\n$/);
});

it('leaves what was not done marked as such, and draws nothing after it was closed', async () => {
  const { screen, renderer, clock } = aTerminal(60);
  renderer.setLive(live);
  renderer.onEvent({ type: 'check-started', ...check });
  await renderer.close();
  await clock.advanceTo(clock.nowMs() + 1000);
  expect(screen.text).toBe('✖ the Rollout is Healthy\n');
});
