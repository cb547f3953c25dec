import { quoteCommand } from '../../base/shell-quote.ts';
import { countChecks, type LabReport } from '../report.ts';
import { wordsIn } from './words.ts';

const MARKS = { pass: '✔', fail: '✖', skip: '–' } as const;

/** The report for people, as Markdown. */
export function markdownReport(report: LabReport): string {
  const words = wordsIn(report.lang);
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const steps = report.steps.map((step) =>
    [
      `## ${step.title}`,
      '',
      ...step.commands.flatMap((command) => [
        '```console',
        `$ ${quoteCommand(command.argv)}`,
        (command.stdout + command.stderr).trimEnd(),
        '```',
        '',
      ]),
      `| | ${words.report.check} | ${words.expected} | ${words.observed} |`,
      '| --- | --- | --- | --- |',
      ...step.checks.map(
        (check) => `| ${MARKS[check.outcome]} | ${cell(check.title)} | ${cell(check.expected)} | ${cell(check.observed)} |`,
      ),
    ].join('\n'),
  );
  const head = [
    `# ${report.lab}`,
    '',
    words.summary(report.outcome, countChecks(report), (report.durationMs / 1000).toFixed(1)),
    '',
    `${report.cluster.provider} · Kubernetes ${report.cluster.kubernetes} · ${report.startedAt} · seed ${report.seed} · ${words.report.traffic(report.traffic.requests, report.traffic.failures)}`,
  ].join('\n');
  return `${[head, ...steps].join('\n\n')}\n`;
}
