import type { Activity } from '../../base/activity.ts';
import { type Clock, nextTurn, type Timer } from '../../base/clock.ts';
import type { Probe } from '../../kube/generated/types.ts';
import { duringWithPatience } from './patience.ts';
import type { ProbeResult } from './probe.ts';

export interface ProbeScheduleDeps {
  clock: Clock;
  hostClock: Clock;
  activity: Activity;
}

/** A probe that has no answer after this much host time is waiting on the Clock, so virtual time may move. */
const PATIENCE_HOST_MS = 150;
/** Turns of the event loop that an answer has on top: on a machine that is busy it may have come, and the program not been let to read it. */
const PATIENCE_TURNS = 20;
/** How long, on the host's clock, the first probe waits for a fresh program to listen where it asks. */
const START_PATIENCE_HOST_MS = 100;

/**
 * Runs a probe on the Clock until the signal aborts: first after initialDelaySeconds, then every periodSeconds. `onAttempt` hears
 * of each failure, `onVerdict` of each change of verdict by successThreshold and failureThreshold (kubelet/prober worker); it
 * returns false to end the probe. Upstream's probes know nothing of listening sockets; here a program that is slow to open its
 * port is asked again as soon as it has, so that a Pod is Ready within milliseconds whatever its periodSeconds.
 */
export async function runProbe(
  probe: Probe,
  attempt: (signal: AbortSignal) => Promise<ProbeResult>,
  /** Resolves when the program listens where the probe asks; absent for probes that ask elsewhere. */
  listening: Promise<void> | undefined,
  heard: { onFailure(output: string): void; onVerdict(isSuccess: boolean): boolean },
  deps: ProbeScheduleDeps,
  signal: AbortSignal,
): Promise<void> {
  let verdict: boolean | undefined;
  let last: boolean | undefined;
  let run = 0;
  let isListening = listening === undefined;
  void listening?.then(() => {
    isListening = true;
  });
  try {
    if (listening !== undefined && (probe.initialDelaySeconds ?? 0) === 0) {
      await duringWithPatience(
        'start of a program',
        START_PATIENCE_HOST_MS,
        () => Promise.race([listening, deps.hostClock.sleep(START_PATIENCE_HOST_MS, signal)]),
        deps,
      );
    }
    // The first probe of a container without a delay runs at once; a sleep of nothing would still cost a turn of the clock.
    if ((probe.initialDelaySeconds ?? 0) > 0) await deps.clock.sleep(probe.initialDelaySeconds! * 1000, signal);
    while (!signal.aborted) {
      const wasListening = isListening;
      const result = await attemptOnce(probe, attempt, deps, signal);
      if (signal.aborted) return;
      if (!result.success) heard.onFailure(result.output);
      run = result.success === last ? run + 1 : 1;
      last = result.success;
      const threshold = result.success ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
      if (run >= threshold && verdict !== result.success) {
        verdict = result.success;
        if (!heard.onVerdict(result.success)) return;
      }
      await nextPeriod(probe, wasListening ? undefined : listening, deps, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The period on the Clock, cut short when the program begins to listen. */
async function nextPeriod(
  probe: Probe,
  listening: Promise<void> | undefined,
  { clock }: ProbeScheduleDeps,
  signal: AbortSignal,
): Promise<void> {
  const cut = new AbortController();
  const period = clock.sleep((probe.periodSeconds ?? 10) * 1000, AbortSignal.any([signal, cut.signal]));
  if (listening === undefined) return period;
  await Promise.race([period, listening]);
  period.catch(() => {});
  cut.abort();
}

async function attemptOnce(
  probe: Probe,
  attempt: (signal: AbortSignal) => Promise<ProbeResult>,
  { clock, hostClock, activity }: ProbeScheduleDeps,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const timeout = new AbortController();
  const startedHostMs = hostClock.nowMs();
  let atLeast: Timer | undefined;
  const giveUp = async (): Promise<void> => {
    const end = activity.begin('probe that is over');
    for (let turn = 0; turn < PATIENCE_TURNS; turn += 1) await nextTurn();
    timeout.abort(new Error('probe timed out'));
    queueMicrotask(end);
  };
  // Where the cluster's time runs fast, a second of it is too short for an answer that has to be computed in real time.
  const timer = clock.after((probe.timeoutSeconds ?? 1) * 1000, () => {
    atLeast = hostClock.after(startedHostMs + PATIENCE_HOST_MS - hostClock.nowMs(), () => void giveUp());
  });
  try {
    return await duringWithPatience('probe', PATIENCE_HOST_MS, () => attempt(AbortSignal.any([timeout.signal, signal])), {
      activity,
      hostClock,
    });
  } finally {
    timer.cancel();
    atLeast?.cancel();
  }
}
