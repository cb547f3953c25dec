import type { Clock } from '../base/clock.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import type { LabHistory } from './lab-history.ts';
import type { Observation } from './observation.ts';
import type { Text } from './text.ts';
import type { TrafficProbe } from './traffic-probe.ts';

/** What a check found. Both texts name values only, so that they read the same in every language. */
export interface Verdict {
  holds: boolean;
  expected: string;
  observed: string;
  detail?: string | undefined;
}

/** What a check may use: the Kubernetes API, the ingress address, and what the run has recorded. */
export interface CheckContext {
  api: KubeApi;
  /** Base URL of the ingress, without a trailing slash. */
  ingressUrl: string;
  /** The host's time: a check waits in real time, whatever the cluster's clock does. */
  clock: Clock;
  signal: AbortSignal;
  /** How long a check waits for what it expects, unless it says otherwise. */
  timeoutMs: number;
  history: LabHistory;
  /** The requests that run in the background during the walk; absent before they start. */
  probe: TrafficProbe | undefined;
}

/** One thing that must be true after a step. It waits by watching until it holds, or its time is over. */
export interface Check {
  id: string;
  title: Text;
  observes: readonly Observation[];
  /** The one command that a person types to look for themselves, program first. */
  look: readonly string[];
  /** What to do when it does not hold. */
  next?: Text | undefined;
  /** Whether it judges what has happened since the step began, not only what is true now. */
  historic?: boolean | undefined;
  evaluate(ctx: CheckContext): Promise<Verdict>;
}

/** What all builders of checks take. */
export interface CheckTexts {
  id: string;
  title: Text;
  next?: Text | undefined;
  look?: readonly string[] | undefined;
  timeoutMs?: number | undefined;
}

export interface CheckResult {
  id: string;
  title: string;
  outcome: 'pass' | 'fail' | 'skip';
  expected: string;
  observed: string;
  durationMs: number;
  detail: string;
}
