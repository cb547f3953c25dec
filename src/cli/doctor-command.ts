import type { Command } from 'commander';
import { freshSeed, seededRandom } from '../base/random.ts';
import type { RunContext } from '../base/run-context.ts';
import { examine, renderFindings } from '../doctor/doctor.ts';
import { findLeftovers } from '../doctor/leftovers.ts';
import { hostMachine } from '../doctor/machine.ts';
import { PLUGIN_VERSION } from '../plugin/commands/version.ts';
import { type App, EXIT } from './app.ts';
import type { Outcome } from './outcome.ts';
import { createProviders } from './providers.ts';

/** `canary-lab doctor`: what this machine can run, what is missing, what to type. Exit code 2 when a lab cannot run; with `--leftovers` 1 when something is left. */
export function addDoctorCommand(program: Command, app: App, outcome: Outcome): void {
  program
    .command('doctor')
    .description('say what this machine can run and what is missing')
    .option('--json', 'findings as JSON')
    .option('--leftovers', 'look for what earlier runs have left behind instead')
    .action(async ({ json, leftovers }: { json?: boolean; leftovers?: boolean }) => {
      await app.folder.prepare();
      const ctx: RunContext = {
        clock: app.clock,
        random: seededRandom(freshSeed()),
        log: app.log,
        signal: app.signal,
        cleanup: app.cleanup,
        env: app.env,
        workingDirectory: app.workingDirectory,
      };
      if (leftovers) {
        await tellLeftovers(app, ctx, json === true, outcome);
        return;
      }
      const findings = await examine(
        {
          tools: app.tools,
          providers: createProviders(app),
          machine: hostMachine,
          plugin: { version: PLUGIN_VERSION, program: app.pluginProgram },
        },
        ctx,
      );
      app.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : renderFindings(findings));
      if (findings.some(({ ok, needed }) => needed && !ok)) outcome.exitCode = EXIT.misused;
    });
}

async function tellLeftovers(app: App, ctx: RunContext, json: boolean, outcome: Outcome): Promise<void> {
  const found = await findLeftovers({ tools: app.tools, machine: hostMachine, root: app.folder.root }, ctx);
  const isClean = found.every(({ isUncertain }) => isUncertain === true);
  if (json) app.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else {
    for (const { name, next, isUncertain } of found) app.stdout.write(`${isUncertain === true ? '?' : '•'} ${name}\n    ${next}\n`);
    if (isClean) app.stdout.write('✔ nothing is left of earlier runs\n');
  }
  if (!isClean) outcome.exitCode = EXIT.checkFailed;
}
