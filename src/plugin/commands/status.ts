import { LabError } from '../../base/errors.ts';
import { type ObservedPhase, observedPhase, phaseLine } from '../../rollouts/tree/observed-phase.ts';
import type { CommandModule } from '../command-module.ts';
import { durationFlag } from '../connection-flags.ts';
import { findRollout, followRollout } from '../follow-rollout.ts';
import type { Session } from '../session.ts';

function degraded({ message }: ObservedPhase): LabError {
  return new LabError('DEGRADED', `The rollout is in a degraded state with message: ${message}`);
}

async function watchStatus(session: Session, name: string, timeoutMs: number): Promise<void> {
  const { host } = session;
  const connection = await session.connect();
  const timeout = new AbortController();
  const timer = timeoutMs > 0 ? host.clock.after(timeoutMs, () => timeout.abort()) : undefined;
  let last = '';
  try {
    for await (const rollout of followRollout(connection, name, {
      clock: host.clock,
      signal: AbortSignal.any([host.signal, timeout.signal]),
    })) {
      const seen = observedPhase(rollout);
      const line = phaseLine(seen);
      if (line !== last) session.print(line);
      last = line;
      if (seen.phase === 'Healthy') return;
      if (seen.phase === 'Degraded') throw degraded(seen);
    }
    if (timeout.signal.aborted && !host.signal.aborted) throw new LabError('TIMEOUT', 'Rollout status watch exceeded timeout');
  } finally {
    timer?.cancel();
  }
}

export const addStatus: CommandModule = (parent, session) => {
  parent
    .command('status <name>')
    .description('print the phase of a rollout and wait until it is healthy or degraded')
    .option('-w, --watch', 'wait (the default)', true)
    .option('--no-watch', 'print the phase once')
    .option('-t, --timeout <duration>', 'stop waiting after this long (0: never)', '0')
    .action(async (name: string, options: { watch: boolean; timeout: string }) => {
      const timeoutMs = durationFlag('timeout', options.timeout);
      if (options.watch) {
        await watchStatus(session(), name, timeoutMs);
        return;
      }
      const seen = observedPhase(await findRollout(await session().connect(), name, session().host.signal));
      session().print(phaseLine(seen));
      if (seen.phase === 'Degraded') throw degraded(seen);
    });
};
