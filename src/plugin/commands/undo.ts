import { undoRollout } from '../../rollouts/commands/undo.ts';
import type { CommandModule } from '../command-module.ts';
import { integerFlag } from '../connection-flags.ts';

export const addUndo: CommandModule = (parent, session) => {
  parent
    .command('undo <name>')
    .description('go back to an earlier revision, as a new one')
    .option('--to-revision <number>', 'revision to go back to (0: the previous one)', '0')
    .action(async (name: string, options: { toRevision: string }) => {
      const toRevision = integerFlag('to-revision', options.toRevision);
      const { api, namespace } = await session().connect();
      const result = await undoRollout(api, { namespace, name }, { toRevision, signal: session().host.signal });
      if (result.outcome === 'undone') session().print(`rollout '${name}' undo`);
      // No newline, as upstream prints it.
      else session().host.stdout(`skipped rollback (current template already matches revision ${result.revision})`);
    });
};
