import { abortRollout } from '../../rollouts/commands/abort.ts';
import type { CommandModule } from '../command-module.ts';

export const addAbort: CommandModule = (parent, session) => {
  parent
    .command('abort <names...>')
    .description('send all traffic back to the stable version')
    .action(async (names: string[]) => {
      const { api, namespace } = await session().connect();
      for (const name of names) {
        await abortRollout(api, { namespace, name }, { signal: session().host.signal });
        session().print(`rollout '${name}' aborted`);
      }
    });
};
