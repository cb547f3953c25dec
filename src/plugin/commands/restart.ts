import { humanDuration } from '../../base/duration.ts';
import { readRollout } from '../../rollouts/commands/read-rollout.ts';
import { restartRollout } from '../../rollouts/commands/restart.ts';
import type { CommandModule } from '../command-module.ts';
import { durationFlag } from '../connection-flags.ts';

export const addRestart: CommandModule = (parent, session) => {
  parent
    .command('restart <name>')
    .description('replace the Pods of a rollout')
    .option('-i, --in <duration>', 'wait this long first', '0s')
    .action(async (name: string, options: { in: string }) => {
      const delayMs = durationFlag('in', options.in);
      const { api, namespace, serverNowMs } = await session().connect();
      const { signal } = session().host;
      // The answer carries the cluster's time, which the wish is written in.
      await readRollout(api, { namespace, name }, { signal });
      await restartRollout(api, { namespace, name }, { atMs: serverNowMs() + delayMs, signal });
      session().print(`rollout '${name}' restarts in ${humanDuration(delayMs)}`);
    });
};
