import type { Command } from 'commander';
import { commandWord } from '../base/command-word.ts';
import { type Loaders, loadNamed } from '../base/load-named.ts';
import type { CommandModule } from './command-module.ts';

/** The module of each command, in the order of the help text. They are loaded one by one: a lab runs the plugin some seventy times. */
const MODULES: Loaders<CommandModule> = {
  abort: async () => (await import('./commands/abort.ts')).addAbort,
  completion: async () => (await import('./commands/completion.ts')).addCompletion,
  create: async () => (await import('./commands/create.ts')).addCreate,
  dashboard: async () => (await import('./commands/dashboard.ts')).addDashboard,
  get: async () => (await import('./commands/get.ts')).addGet,
  lint: async () => (await import('./commands/lint.ts')).addLint,
  list: async () => (await import('./commands/list.ts')).addList,
  notifications: async () => (await import('./commands/not-modelled.ts')).addNotModelled,
  pause: async () => (await import('./commands/pause.ts')).addPause,
  promote: async () => (await import('./commands/promote.ts')).addPromote,
  restart: async () => (await import('./commands/restart.ts')).addRestart,
  retry: async () => (await import('./commands/retry.ts')).addRetry,
  set: async () => (await import('./commands/set-image.ts')).addSetImage,
  status: async () => (await import('./commands/status.ts')).addStatus,
  terminate: async () => (await import('./commands/terminate.ts')).addTerminate,
  undo: async () => (await import('./commands/undo.ts')).addUndo,
  version: async () => (await import('./commands/version.ts')).addVersion,
};

/** The module of the command that `args` name; all of them for what the program answers itself (help, a word that is no command) and for `completion`. */
export function commandModules(program: Command, args: readonly string[]): Promise<CommandModule[]> {
  const word = commandWord(args, program.options);
  return loadNamed(MODULES, word === 'completion' ? undefined : word);
}
