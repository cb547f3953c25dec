import { terminateAnalysisRun, terminateExperiment } from '../../rollouts/commands/terminate.ts';
import type { CommandModule } from '../command-module.ts';

export const addTerminate: CommandModule = (parent, session) => {
  const terminate = parent.command('terminate').description('end an analysis run or an experiment early');
  terminate
    .command('analysisrun <names...>')
    .aliases(['ar', 'analysisruns'])
    .description('end an analysis run')
    .action(async (names: string[]) => {
      const { api, namespace } = await session().connect();
      for (const name of names) {
        await terminateAnalysisRun(api, { namespace, name }, { signal: session().host.signal });
        session().print(`analysisRun '${name}' terminated`);
      }
    });
  terminate
    .command('experiment <names...>')
    .aliases(['exp', 'experiments'])
    .description('end an experiment')
    .action(async (names: string[]) => {
      const { api, namespace } = await session().connect();
      for (const name of names) {
        await terminateExperiment(api, { namespace, name }, { signal: session().host.signal });
        // Upstream says "retried" here.
        session().print(`experiment '${name}' retried`);
      }
    });
};
