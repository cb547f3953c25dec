import { LabError } from '../../base/errors.ts';
import type { CommandModule } from '../command-module.ts';

/** Upstream's commands that we refuse by name, each with what to do instead. */
const COMMANDS: Readonly<Record<string, string>> = {
  notifications: 'Notifications are outside of what the labs need.',
};

export const addNotModelled: CommandModule = (parent) => {
  for (const [name, next] of Object.entries(COMMANDS)) {
    parent
      .command(name)
      .description('not modelled')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new LabError('NOT_MODELLED', `"${name}" is not modelled`, { next });
      });
  }
};
