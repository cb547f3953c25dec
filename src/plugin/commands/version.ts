import type { CommandModule } from '../command-module.ts';

/** The release whose behaviour the plugin follows, with our name as build metadata. */
export const PLUGIN_VERSION = 'v1.9.0+canary-lab';

export const addVersion: CommandModule = (parent, session) => {
  parent
    .command('version')
    .description('print the version')
    .option('--short', 'only the version')
    .action((options: { short?: boolean }) => {
      session().print(`kubectl-argo-rollouts: ${PLUGIN_VERSION}`);
      if (options.short) return;
      session().print('  Edition: canary-lab, a re-implementation of the Argo Rollouts plugin');
    });
};
