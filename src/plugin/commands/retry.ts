import { retryExperiment, retryRollout } from '../../rollouts/commands/retry.ts';
import type { CommandModule } from '../command-module.ts';

export const addRetry: CommandModule = (parent, session) => {
  const retry = parent.command('retry').description('start an aborted rollout, or an experiment, again');
  retry
    .command('rollout <names...>')
    .aliases(['ro', 'rollouts'])
    .description('start an aborted rollout again')
    .action(async (names: string[]) => {
      const { api, namespace } = await session().connect();
      for (const name of names) {
        await retryRollout(api, { namespace, name }, { signal: session().host.signal });
        session().print(`rollout '${name}' retried`);
      }
    });
  retry
    .command('experiment <names...>')
    .aliases(['exp', 'experiments'])
    .description('start an experiment again')
    .action(async (names: string[]) => {
      const { api, namespace } = await session().connect();
      for (const name of names) {
        await retryExperiment(api, { namespace, name }, { signal: session().host.signal });
        session().print(`experiment '${name}' retried`);
      }
    });
};
