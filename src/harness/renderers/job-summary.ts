import { countChecks, type LabReport } from '../report.ts';
import { wordsIn } from './words.ts';

const MARKS = { pass: '✅', fail: '❌', skip: '⏭️' } as const;

/** A short report for the page of a CI job: one line per step, and every check that failed. */
export function jobSummary(report: LabReport): string {
  const words = wordsIn(report.lang);
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = report.steps.map((step) => {
    const counts = countChecks({ steps: [step] });
    const mark = counts.fail > 0 ? MARKS.fail : counts.skip > 0 && counts.pass === 0 ? MARKS.skip : MARKS.pass;
    return `| ${mark} | ${cell(step.title)} | ${counts.pass}/${step.checks.length} | ${(step.durationMs / 1000).toFixed(1)} s |`;
  });
  const failed = report.steps.flatMap((step) =>
    step.checks
      .filter((check) => check.outcome === 'fail')
      .map(
        (check) =>
          `- **${cell(check.title)}** (\`${check.id}\`): ${words.expected} \`${cell(check.expected)}\`, ${words.observed} \`${cell(check.observed)}\``,
      ),
  );
  return [
    `## ${report.lab}`,
    '',
    words.summary(report.outcome, countChecks(report), (report.durationMs / 1000).toFixed(1)),
    '',
    ...failed,
    ...(failed.length > 0 ? [''] : []),
    `| | ${words.report.steps} | ${words.report.check} | |`,
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `${report.cluster.provider} · Kubernetes ${report.cluster.kubernetes} · seed ${report.seed} · ${words.report.traffic(report.traffic.requests, report.traffic.failures)}`,
    '',
    '',
  ].join('\n');
}
