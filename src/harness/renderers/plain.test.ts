import { expect, it } from 'vitest';
import type { LabEvent } from '../events.ts';
import { createPlainRenderer, plainText } from './plain.ts';

function rendered(events: LabEvent[], columns?: number): { out: string; err: string } {
  const text = { out: '', err: '' };
  const renderer = createPlainRenderer(
    {
      out: (piece) => {
        text.out += piece;
      },
      err: (piece) => {
        text.err += piece;
      },
    },
    'en',
    columns,
  );
  for (const event of events) renderer.onEvent(event);
  return text;
}

const output = (text: string): LabEvent => ({ type: 'command-output', step: 's', stream: 'stdout', text });
const title = { en: 'a check', ko: '검사' };

it('keeps the lines of a command whole, however its output arrives', () => {
  const { err } = rendered([output('NAME'), output('   READY\nweb'), output('    1/1\n')]);
  expect(err).toBe('NAME   READY\nweb    1/1\n');
});

it('ends a line that a command left open before it says anything else', () => {
  const { err } = rendered([output('no newline'), { type: 'command-finished', step: 's', command: 'x', exitCode: 3, durationMs: 1 }]);
  expect(err).toBe('no newline\n(exit code 3)\n');
});

it('leaves skipped checks to the last line, which goes to stdout', () => {
  const { out, err } = rendered([
    { type: 'check-skipped', step: 's', check: 'c', title },
    { type: 'lab-finished', lab: 'l', outcome: 'fail', durationMs: 1500, checks: { pass: 1, fail: 1, skip: 1 } },
  ]);
  expect(err).toBe('');
  expect(out).toBe('\nNot done: 1 checks passed, 1 failed, 1 skipped in 1.5 s.\n');
});

it('wraps texts to the width of a narrow terminal', () => {
  const { err } = rendered(
    [{ type: 'note', step: 's', id: 'n', text: { en: 'one two three four five six seven eight nine ten', ko: '' } }],
    30,
  );
  for (const line of err.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(30);
  expect(err.replace(/\s+/g, ' ').trim()).toBe('Note: one two three four five six seven eight nine ten');
});

it('says of a failed check what was expected, what was seen, how to look and what to do', () => {
  const failure: LabEvent = {
    type: 'check-failed',
    step: 's',
    check: 'two-value',
    title: { en: 'the value is 2', ko: '값이 2입니다' },
    result: { id: 'two-value', title: 'the value is 2', outcome: 'fail', expected: '2', observed: '1', durationMs: 1, detail: '' },
    look: 'kubectl get configmaps c -n lab',
    next: { en: 'set it', ko: '값을 정하세요' },
  };
  expect(plainText(failure, 'en')).toBe(
    '✖ the value is 2 [two-value]\n  expected: 2\n  observed: 1\n  look: kubectl get configmaps c -n lab\n  next: set it\n',
  );
  expect(plainText(failure, 'ko')).toContain('기대한 값: 2');
});
