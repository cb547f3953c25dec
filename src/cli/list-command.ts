import type { Command } from 'commander';
import { loadLab } from '../harness/load-lab.ts';
import type { App } from './app.ts';
import { shippedLabFiles } from './lab-files.ts';
import { languageOf } from './language.ts';

/** `canary-lab list`: the labs, their steps, and what each teaches. */
export function addListCommand(program: Command, app: App): void {
  program
    .command('list')
    .description('list the labs, their steps, and what each teaches')
    .option('--lang <language>', 'en or ko (default: from the locale)')
    .option('--json', 'as JSON')
    .action(async ({ lang, json }: { lang?: string; json?: boolean }) => {
      const language = languageOf(lang, app);
      const labs = await Promise.all((await shippedLabFiles(app)).map((file) => loadLab(file)));
      if (json) {
        const rows = labs.map((lab) => ({
          id: lab.id,
          title: lab.title[language],
          summary: lab.summary[language],
          steps: lab.steps.map((step) => ({ id: step.id, title: step.title[language], minutes: step.minutes, checks: step.checks.length })),
        }));
        app.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
        return;
      }
      for (const lab of labs) {
        app.stdout.write(`${lab.id}  ${lab.title[language]}\n  ${lab.summary[language]}\n`);
        for (const [index, step] of lab.steps.entries())
          app.stdout.write(`  ${String(index + 1).padStart(3)}. ${step.id.padEnd(28)} ${step.title[language]}\n`);
        app.stdout.write('\n');
      }
      app.stderr.write('Next: npm run lab\n');
    });
}
