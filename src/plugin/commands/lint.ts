import { LabError } from '../../base/errors.ts';
import type { CommandModule } from '../command-module.ts';

export const addLint: CommandModule = (parent, session) => {
  parent
    .command('lint')
    .description('check files without a cluster')
    .requiredOption('-f, --filename <file>', 'file to check; "-" is standard input')
    .action(async (options: { filename: string }) => {
      // The field tables are large; the other commands do not pay for them.
      const [{ lintManifests }, { readManifests }] = await Promise.all([import('../lint-manifests.ts'), import('../manifests.ts')]);
      const problem = lintManifests(await readManifests(session().host, options.filename));
      if (problem !== undefined) throw new LabError('LINT', problem);
    });
};
