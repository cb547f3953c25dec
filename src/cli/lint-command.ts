import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { LabError, messageOf } from '../base/errors.ts';
import type { AnyObject } from '../kube/object.ts';
import type { Finding } from '../rollouts/lint/finding.ts';
import { type App, EXIT } from './app.ts';
import type { Outcome } from './outcome.ts';

interface LintFlags {
  promotePlan?: boolean;
  helm?: string;
  ingressClasses?: string;
  json?: boolean;
}

/** `canary-lab lint`: what the controller accepts and a learner will regret. Exit code 1 when something is wrong. */
export function addLintCommand(program: Command, app: App, outcome: Outcome): void {
  program
    .command('lint')
    .description('find what will surprise in manifests of Rollouts, Ingresses and analyses; asks no cluster')
    .argument('<files...>', 'YAML or JSON files; "-" is standard input (helm template CHART | canary-lab lint -)')
    .option('--promote-plan', 'somebody promotes updates that wait for ever')
    .option('--helm <major>', 'major version of the helm that installs this')
    .option('--ingress-classes <names>', 'classes that the cluster serves, separated by commas')
    .option('--json', 'findings as JSON')
    .action(async (files: string[], flags: LintFlags) => {
      const [{ lintObjects }, { unknownFields }] = await Promise.all([
        import('../rollouts/lint/lint-objects.ts'),
        import('../rollouts/crd/unknown-fields.ts'),
      ]);
      const objects: AnyObject[] = [];
      for (const file of files) objects.push(...(await manifestsIn(file, app)));
      const findings: Finding[] = [
        ...objects
          .filter(({ apiVersion }) => apiVersion?.startsWith('argoproj.io/'))
          .flatMap((object) =>
            unknownFields(object).map(
              (field): Finding => ({
                rule: 'unknown-field',
                severity: 'error',
                object: `${object.kind} ${object.metadata?.name ?? ''}`,
                path: field,
                message: 'the API knows no such field and drops it',
                next: 'Check its spelling and where it stands.',
              }),
            ),
          ),
        ...lintObjects(objects, {
          hasPromotePlan: flags.promotePlan === true,
          ...(flags.helm === undefined ? {} : { helm: Number(flags.helm) }),
          ...(flags.ingressClasses === undefined ? {} : { ingressClasses: flags.ingressClasses.split(',') }),
        }),
      ];
      if (flags.json) app.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else
        for (const { severity, object, path: at, message, next } of findings)
          app.stdout.write(`${severity === 'error' ? '✖' : '!'} ${object}: ${at}: ${message}\n    ${next}\n`);
      if (findings.length === 0 && !flags.json) app.stderr.write(`✔ ${objects.length} objects, nothing to say.\n`);
      if (findings.some(({ severity }) => severity === 'error')) outcome.exitCode = EXIT.checkFailed;
    });
}

async function manifestsIn(file: string, app: App): Promise<AnyObject[]> {
  const { parseAllDocuments } = await import('yaml');
  const content =
    file === '-'
      ? await text(app.stdin)
      : await readFile(path.resolve(app.workingDirectory, file), 'utf8').catch((error: unknown) => {
          throw new LabError('FILE_UNREADABLE', `Cannot read "${file}": ${messageOf(error)}`);
        });
  return parseAllDocuments(content).flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new LabError('YAML_INVALID', `"${file}": ${problem.message.split('\n')[0]}`);
    const object = document.toJS() as (AnyObject & { items?: AnyObject[] }) | null;
    if (object === null || typeof object !== 'object') return [];
    return object.kind?.endsWith('List') && Array.isArray(object.items) ? object.items : [object];
  });
}
