import { Command, CommanderError } from 'commander';
import { LabError, messageOf } from '../base/errors.ts';
import { normalizeArguments } from './argument-list.ts';
import { addAbort } from './commands/abort.ts';
import { addCompletion } from './commands/completion.ts';
import { addCreate } from './commands/create.ts';
import { addDashboard } from './commands/dashboard.ts';
import { addGet } from './commands/get.ts';
import { addLint } from './commands/lint.ts';
import { addList } from './commands/list.ts';
import { addNotModelled } from './commands/not-modelled.ts';
import { addPause } from './commands/pause.ts';
import { addPromote } from './commands/promote.ts';
import { addRestart } from './commands/restart.ts';
import { addRetry } from './commands/retry.ts';
import { addSetImage } from './commands/set-image.ts';
import { addStatus } from './commands/status.ts';
import { addTerminate } from './commands/terminate.ts';
import { addUndo } from './commands/undo.ts';
import { addVersion } from './commands/version.ts';
import { addConnectionFlags, type ConnectionFlags } from './connection-flags.ts';
import type { PluginHost } from './plugin-host.ts';
import { Session } from './session.ts';

const COMMANDS = [
  addAbort,
  addCompletion,
  addCreate,
  addDashboard,
  addGet,
  addLint,
  addList,
  addNotModelled,
  addPause,
  addPromote,
  addRestart,
  addRetry,
  addSetImage,
  addStatus,
  addTerminate,
  addUndo,
  addVersion,
] as const;

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
  for (const add of COMMANDS) add(program, session);
  try {
    await program.parseAsync(normalizeArguments(argv), { from: 'user' });
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
