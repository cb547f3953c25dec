import type { CheckResult } from './check.ts';
import type { Text } from './text.ts';

/** What happens while a lab runs, in order. With `--json` each is one line on stdout; fields are only ever added. */
export type LabEvent =
  | {
      type: 'lab-started';
      lab: string;
      title: Text;
      summary: Text;
      cluster: { provider: string; kubernetes: string; ingressUrl: string };
      seed: number;
      steps: { id: string; title: Text; checks: number; minutes: number }[];
    }
  | { type: 'step-started'; step: string; index: number; of: number; title: Text; say: Text; kind: 'changes' | 'invariant' }
  | { type: 'command-started'; step: string; command: string; argv: string[] }
  | { type: 'command-output'; step: string; stream: 'stdout' | 'stderr'; text: string }
  | { type: 'command-finished'; step: string; command: string; exitCode: number; durationMs: number }
  | { type: 'time-passes'; step: string; duration: string; how: 'jump' | 'wait' }
  | { type: 'time-passed'; step: string; duration: string }
  | { type: 'step-solved'; step: string; title: Text }
  /** The cluster is as it was at the start of the step; `back`: the learner asked for it. */
  | { type: 'went-back'; step: string; title: Text; how: 'back' | 'from' }
  /** The learner asked for the start of the step, which this cluster has not kept. */
  | { type: 'back-impossible'; step: string }
  | { type: 'turn-started'; step: string; commands: string[]; waitsFor: 'checks' | 'key' }
  | { type: 'unmet'; step: string; check: string; title: Text; expected: string; observed: string; look: string }
  | {
      type: 'hint';
      step: string;
      text: Text | undefined;
      unmet: { title: Text; expected: string; observed: string; look: string; next: Text | undefined } | undefined;
    }
  | { type: 'learner-quit'; step: string }
  | { type: 'why'; step: string; text: Text }
  | { type: 'note'; step: string; id: string; text: Text }
  | { type: 'check-started'; step: string; check: string; title: Text }
  | { type: 'check-passed'; step: string; check: string; title: Text; result: CheckResult }
  | { type: 'check-failed'; step: string; check: string; title: Text; result: CheckResult; look: string; next: Text | undefined }
  | { type: 'check-skipped'; step: string; check: string; title: Text }
  | { type: 'step-finished'; step: string; outcome: 'pass' | 'fail' | 'skip'; durationMs: number }
  | {
      type: 'lab-finished';
      lab: string;
      outcome: 'pass' | 'fail' | 'interrupted';
      durationMs: number;
      checks: { pass: number; fail: number; skip: number };
    };

export type OnLabEvent = (event: LabEvent) => void;
