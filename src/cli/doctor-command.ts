import type { Command } from 'commander';
import { freshSeed, seededRandom } from '../base/random.ts';
import type { RunContext } from '../base/run-context.ts';
import { examine } from '../doctor/doctor.ts';
import { type App, EXIT } from './app.ts';
import type { Outcome } from './outcome.ts';
import { createProviders } from './providers.ts';

/** `canary-lab doctor`: what this machine can run, what is missing, what to type. Exit code 2 when a lab cannot run. */
export function addDoctorCommand(program: Command, app: App, outcome: Outcome): void {
  program.command('doctor').description('say what this machine can run and what is missing')
    .option('--json', 'findings as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      await app.folder.prepare();
      const ctx: RunContext = { clock: app.clock, random: seededRandom(freshSeed()), log: app.log, signal: app.signal, cleanup: app.cleanup, env: app.env, workingDirectory: app.workingDirectory };
      const findings = await examine({ tools: app.tools, providers: createProviders(app) }, ctx);
      if (json) app.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else for (const { ok, needed, text, next } of findings) app.stdout.write(`${ok ? '✔' : needed ? '✖' : '•'} ${text}\n${next === undefined ? '' : `    ${next}\n`}`);
      if (findings.some(({ ok, needed }) => needed && !ok)) outcome.exitCode = EXIT.misused;
    });
}
