import { Command, CommanderError } from 'commander';
import { packageVersion } from '../harness/shipped-file.ts';
import { type App, EXIT } from './app.ts';
import { commandModules } from './command-table.ts';
import type { Outcome } from './outcome.ts';

/** Runs one command line and resolves with its exit code. Misuse is told on stderr (2); other failures, and the reason of an interrupt, are thrown. */
export async function runCommand(args: readonly string[], app: App): Promise<number> {
  const outcome: Outcome = { exitCode: EXIT.ok };
  const program = new Command('canary-lab')
    .version(packageVersion(), '-V, --version', 'print the version')
    .description('Canary deployments, step by step, on a Kubernetes cluster that starts in a second')
    .exitOverride()
    .configureOutput({ writeOut: (text) => app.stdout.write(text), writeErr: (text) => app.stderr.write(text) })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError(true)
    .showHelpAfterError('Next: see "canary-lab --help".');
  const modules = await commandModules(program, args);
  // Ctrl-C while they were read: nothing has begun, nothing shall begin.
  app.signal.throwIfAborted();
  for (const add of modules) add(program, app, outcome);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misused;
    throw error;
  }
  return outcome.exitCode;
}
