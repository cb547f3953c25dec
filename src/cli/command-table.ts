import type { Command } from 'commander';
import { commandWord } from '../base/command-word.ts';
import { type Loaders, loadNamed } from '../base/load-named.ts';
import type { App } from './app.ts';
import type { Outcome } from './outcome.ts';

/** Adds one command to the program. */
type CommandModule = (program: Command, app: App, outcome: Outcome) => void;

/** The module of each command, in the order of the help text. They are loaded one by one: what a command does not need costs it no time. */
const MODULES: Loaders<CommandModule> = {
  lab: async () => (await import('./lab-command.ts')).addLabCommand,
  list: async () => (await import('./list-command.ts')).addListCommand,
  'new-lab': async () => (await import('./new-lab-command.ts')).addNewLabCommand,
  'verify-lab': async () => (await import('./verify-lab-command.ts')).addVerifyLabCommand,
  cluster: async () => (await import('./cluster-command.ts')).addClusterCommand,
  dashboard: async () => (await import('./dashboard-command.ts')).addDashboardCommand,
  doctor: async () => (await import('./doctor-command.ts')).addDoctorCommand,
  controller: async () => (await import('./controller-command.ts')).addControllerCommand,
  lint: async () => (await import('./lint-command.ts')).addLintCommand,
  traffic: async () => (await import('./traffic-command.ts')).addTrafficCommand,
};

/** The module of the command that `args` name, or all of them for what the program answers itself: help, a word that is no command. */
export function commandModules(program: Command, args: readonly string[]): Promise<CommandModule[]> {
  return loadNamed(MODULES, commandWord(args, program.options));
}
