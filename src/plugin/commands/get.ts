import { renderExperiment, renderTree } from '../../rollouts/tree/render-tree.ts';
import type { CommandModule } from '../command-module.ts';
import { integerFlag } from '../connection-flags.ts';
import { IDLE_REDRAW_MS, readExperimentInfo, readRolloutInfo, watchRolloutInfo } from '../rollout-view.ts';
import type { Session } from '../session.ts';

/** Home, then clear: what is above stays in the terminal's scrollback. */
const CLEAR = '\u001b[H\u001b[2J';

async function watch(session: Session, name: string, timeoutSeconds: number): Promise<void> {
  const { host } = session;
  const connection = await session.connect();
  const timeout = new AbortController();
  const timer = timeoutSeconds > 0 ? host.clock.after(timeoutSeconds * 1000, () => timeout.abort()) : undefined;
  try {
    await watchRolloutInfo(
      connection,
      name,
      (info) => {
        host.stdout(CLEAR + renderTree(info, { nowMs: connection.serverNowMs(), colour: session.hasColour }));
      },
      host,
      AbortSignal.any([host.signal, timeout.signal]),
    );
  } catch (error) {
    if (!timeout.signal.aborted) throw error;
  } finally {
    timer?.cancel();
  }
}

async function getExperiment(session: Session, name: string, watches: boolean): Promise<void> {
  const { host } = session;
  const connection = await session.connect();
  do {
    const info = await readExperimentInfo(connection, name, host.signal);
    host.stdout(`${watches ? CLEAR : ''}${renderExperiment(info, { nowMs: connection.serverNowMs(), colour: session.hasColour })}`);
    if (watches) await host.clock.sleep(IDLE_REDRAW_MS, host.signal).catch(() => {});
  } while (watches && !host.signal.aborted);
}

export const addGet: CommandModule = (parent, session) => {
  const get = parent.command('get').description('show a rollout or an experiment with everything below it');
  get
    .command('rollout <name>')
    .aliases(['ro', 'rollouts'])
    .description('show a rollout: steps, weights, revisions, ReplicaSets, Pods')
    .option('-w, --watch', 'show it again after every change')
    .option('--timeout-seconds <number>', 'stop watching after this long', '0')
    .action(async (name: string, options: { watch?: boolean; timeoutSeconds: string }) => {
      const timeoutSeconds = integerFlag('timeout-seconds', options.timeoutSeconds);
      if (options.watch) {
        await watch(session(), name, timeoutSeconds);
        return;
      }
      const connection = await session().connect();
      const info = await readRolloutInfo(connection, name, session().host.signal);
      session().host.stdout(renderTree(info, { nowMs: connection.serverNowMs(), colour: session().hasColour }));
    });
  get
    .command('experiment <name>')
    .aliases(['exp', 'experiments'])
    .description('show an experiment: templates, Pods, analyses')
    .option('-w, --watch', 'show it again every second')
    .action((name: string, options: { watch?: boolean }) => getExperiment(session(), name, options.watch === true));
};
