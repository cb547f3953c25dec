import { Command, CommanderError } from 'commander';
import { packageVersion } from '../harness/shipped-file.ts';
import { type App, EXIT } from './app.ts';
import { addClusterCommand } from './cluster-command.ts';
import { addControllerCommand } from './controller-command.ts';
import { addDashboardCommand } from './dashboard-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addLabCommand } from './lab-command.ts';
import { addLintCommand } from './lint-command.ts';
import { addListCommand } from './list-command.ts';
import { addNewLabCommand } from './new-lab-command.ts';
import type { Outcome } from './outcome.ts';
import { addTrafficCommand } from './traffic-command.ts';
import { addVerifyLabCommand } from './verify-lab-command.ts';

/** Runs one command line and resolves with its exit code. Misuse is told on stderr (2); other failures are thrown. */
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
  addLabCommand(program, app, outcome);
  addListCommand(program, app);
  addNewLabCommand(program, app);
  addVerifyLabCommand(program, app, outcome);
  addClusterCommand(program, app, outcome);
  addDashboardCommand(program, app);
  addDoctorCommand(program, app, outcome);
  addControllerCommand(program, app);
  addLintCommand(program, app, outcome);
  addTrafficCommand(program, app, outcome);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misused;
    throw error;
  }
  return outcome.exitCode;
}
