import type { LabEvent } from '../harness/events.ts';
import type { WireLab, WireLabCheck, WireLabStep } from './wire.ts';

/** Turns the events of a running lab into the lesson that the page shows, and tells its readers of every change. */
export class LabFeed {
  readonly #readers = new Set<(json: string) => void>();
  #lab: WireLab | undefined;

  /** Hand this to the run as `onEvent`. */
  readonly onEvent = (event: LabEvent): void => {
    const next = lessonAfter(this.#lab, event);
    if (next === this.#lab) return;
    this.#lab = next;
    const json = JSON.stringify(next);
    for (const send of this.#readers) send(json);
  };

  watch(send: (json: string) => void): () => void {
    this.#readers.add(send);
    if (this.#lab !== undefined) send(JSON.stringify(this.#lab));
    return () => {
      this.#readers.delete(send);
    };
  }
}

/** The lesson after one more event; the same object when the event tells nothing that is shown. */
export function lessonAfter(lab: WireLab | undefined, event: LabEvent): WireLab | undefined {
  if (event.type === 'lab-started') {
    const steps = event.steps.map(({ id, title }): WireLabStep => ({ id, title, outcome: 'waiting', commands: [], checks: [] }));
    return { lab: event.lab, title: event.title, summary: event.summary, steps, outcome: 'running' };
  }
  if (lab === undefined) return undefined;
  if (event.type === 'lab-finished') return { ...lab, outcome: event.outcome };
  const inStep = (change: (step: WireLabStep) => Partial<WireLabStep>): WireLab => ({
    ...lab,
    steps: lab.steps.map((step) => (step.id === event.step ? { ...step, ...change(step) } : step)),
  });
  const inCheck = (check: Partial<WireLabCheck> & Pick<WireLabCheck, 'id' | 'title' | 'outcome'>): WireLab =>
    inStep(({ checks }) => ({
      checks: checks.some(({ id }) => id === check.id)
        ? checks.map((known) => (known.id === check.id ? { ...known, ...check } : known))
        : [...checks, check],
    }));
  switch (event.type) {
    case 'step-started':
      return inStep(() => ({ outcome: 'running', say: event.say, commands: [], notes: undefined, checks: [] }));
    case 'went-back': {
      // This step and those after it are to be done again.
      const from = lab.steps.findIndex(({ id }) => id === event.step);
      return {
        ...lab,
        steps: lab.steps.map((step, at) =>
          at < from ? step : { ...step, outcome: 'waiting', commands: [], notes: undefined, checks: [] },
        ),
      };
    }
    case 'turn-started':
      return inStep(() => ({ commands: [...event.commands] }));
    case 'why':
    case 'note':
      return inStep(({ notes = [] }) => ({ notes: [...notes, event.text] }));
    case 'hint': {
      const hints = [event.unmet?.next, event.text].filter((text) => text !== undefined);
      return inStep(({ notes = [] }) => ({ notes: [...notes, ...hints] }));
    }
    case 'command-started':
      return inStep(({ commands }) => ({ commands: [...commands, event.command] }));
    case 'check-started':
      return inCheck({ id: event.check, title: event.title, outcome: 'running' });
    case 'check-skipped':
      return inCheck({ id: event.check, title: event.title, outcome: 'skip' });
    case 'check-passed':
    case 'check-failed': {
      const { expected, observed } = event.result;
      const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
      return inCheck({
        id: event.check,
        title: event.title,
        outcome: event.type === 'check-passed' ? 'pass' : 'fail',
        expected: text(expected),
        observed: text(observed),
      });
    }
    case 'step-finished':
      return inStep(() => ({ outcome: event.outcome }));
    default:
      return lab;
  }
}
