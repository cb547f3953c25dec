import { Command, CommanderError } from 'commander';
import { LabError, messageOf } from '../base/errors.ts';
import { normalizeArguments } from './argument-list.ts';
import { commandModules } from './command-table.ts';
import { addConnectionFlags, type ConnectionFlags } from './connection-flags.ts';
import type { PluginHost } from './plugin-host.ts';
import { Session } from './session.ts';

/** commander's complaint in the words of the Go program. */
function usageText(text: string): string {
  return text
    .replace(/^error: unknown option '(-[^-][^']*)'/, (_, flag: string) => `Error: unknown shorthand flag: '${flag[1]}' in ${flag}`)
    .replace(/^error: unknown option '(--[^'=]*)[^']*'/, 'Error: unknown flag: $1')
    .replace(/^error: unknown command '([^']*)'/, 'Error: unknown command "$1" for "kubectl-argo-rollouts"')
    .replace(/^error: /, 'Error: ');
}

/** Runs one command line. Resolves with the exit code: 0, or 1 after an `Error: TEXT` on stderr; 130 when interrupted. */
export async function runPlugin(argv: readonly string[], host: PluginHost): Promise<number> {
  const program = new Command('kubectl-argo-rollouts');
  let current: Session | undefined;
  const session = (): Session => (current ??= new Session(host, program.opts<ConnectionFlags>()));
  program
    .description('Works on Argo Rollouts of the cluster that your kubeconfig names.')
    .usage('COMMAND [flags]')
    .exitOverride()
    .configureOutput({ writeOut: host.stdout, writeErr: host.stderr, outputError: (text, write) => write(usageText(text)) })
    .showHelpAfterError()
    .helpCommand(false);
  addConnectionFlags(program);
  const args = normalizeArguments(argv);
  const modules = await commandModules(program, args);
  // Ctrl-C while they were read: nothing has begun, nothing shall begin.
  if (host.signal.aborted) return 130;
  for (const add of modules) add(program, session);
  try {
    await program.parseAsync(args, { from: 'user' });
    return host.signal.aborted ? 130 : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    if (host.signal.aborted) return 130;
    host.stderr(`Error: ${messageOf(error)}\n`);
    if (error instanceof LabError && error.next !== undefined) host.stderr(`Next: ${error.next}\n`);
    return 1;
  } finally {
    await current?.close();
  }
}
