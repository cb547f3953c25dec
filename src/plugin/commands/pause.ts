import { pauseRollout } from '../../rollouts/commands/pause.ts';
import type { CommandModule } from '../command-module.ts';

export const addPause: CommandModule = (parent, session) => {
  parent
    .command('pause <names...>')
    .description('freeze a rollout until it is promoted')
    .action(async (names: string[]) => {
      const { api, namespace } = await session().connect();
      for (const name of names) {
        await pauseRollout(api, { namespace, name }, { signal: session().host.signal });
        session().print(`rollout '${name}' paused`);
      }
    });
};
