import type { Command } from 'commander';
import { loadLab } from '../harness/load-lab.ts';
import { proofProblems, verifyLab } from '../harness/verify-lab.ts';
import { type App, EXIT } from './app.ts';
import { labFiles } from './lab-files.ts';
import { openLabSession } from './lab-session.ts';
import type { Outcome } from './outcome.ts';

/** `canary-lab verify-lab [LAB…]`: proves that every check of a lab can fail. Exit code 1 when one cannot. */
export function addVerifyLabCommand(program: Command, app: App, outcome: Outcome): void {
  program
    .command('verify-lab')
    .argument('[lab...]', 'ids of labs, paths of lab files, or "all"')
    .description('for authors: prove that each check fails when the cluster is wrong')
    .option('--json', 'the whole proof as JSON on stdout')
    .action(async (words: string[], { json }: { json?: boolean }) => {
      for (const file of await labFiles(words, app)) {
        const lab = await loadLab(file);
        const { cluster, api, tools, ctx } = await openLabSession({ provider: 'embedded', keep: false, seed: 1 }, app);
        const proof = await verifyLab(lab, {
          cluster,
          api,
          tools,
          ctx,
          lang: 'en',
          seed: 1,
          onEvent: (event) => {
            if (event.type === 'step-started') app.stderr.write(`${event.index + 1}/${event.of} ${event.step}\n`);
            if (event.type === 'check-failed')
              app.stderr.write(`  ${event.check} does not hold: expected ${event.result.expected}, observed ${event.result.observed}\n`);
          },
        });
        const problems = proofProblems(proof);
        if (json === true) app.stdout.write(`${JSON.stringify({ ...proof, problems }, null, 2)}\n`);
        else
          app.stdout.write(
            `${lab.id}: mutation score ${proof.checks === 0 ? 0 : Math.floor((proof.proven / proof.checks) * 100)} % (${proof.proven} of ${proof.checks} checks fail when the cluster is wrong)\n`,
          );
        for (const problem of problems) app.stderr.write(`✖ ${problem}\n`);
        if (problems.length > 0) outcome.exitCode = EXIT.checkFailed;
        if (app.signal.aborted) return;
      }
    });
}
