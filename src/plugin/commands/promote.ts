import { promoteRollout } from '../../rollouts/commands/promote.ts';
import type { CommandModule } from '../command-module.ts';

export const addPromote: CommandModule = (parent, session) => {
  parent
    .command('promote <name>')
    .description('let a rollout go on with its next step')
    .option('--full', 'skip all remaining steps, pauses and analysis')
    .option('-c, --skip-current-step', 'deprecated: skip the running step')
    .option('-a, --skip-all-steps', 'deprecated: use --full')
    .action(async (name: string, options: { full?: boolean; skipCurrentStep?: boolean; skipAllSteps?: boolean }) => {
      const { api, namespace } = await session().connect();
      await promoteRollout(api, { namespace, name }, { ...options, signal: session().host.signal });
      session().print(`rollout '${name}' ${options.full ? 'fully promoted' : 'promoted'}`);
    });
};
