import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { redactText } from '../redact-text.ts';
import type { LabReport } from '../report.ts';
import { htmlReport } from './html.ts';
import { junitXml } from './junit.ts';
import { markdownReport } from './markdown.ts';

/** The report without secrets in what commands and checks show. */
export function redactedReport(report: LabReport): LabReport {
  const steps = report.steps.map((step) => ({
    ...step,
    commands: step.commands.map((command) => ({
      ...command,
      argv: redactArgv(command.argv),
      stdout: redactText(command.stdout),
      stderr: redactText(command.stderr),
    })),
    checks: step.checks.map((check) => ({
      ...check,
      expected: redactText(check.expected),
      observed: redactText(check.observed),
      detail: redactText(check.detail),
    })),
  }));
  return { ...report, steps };
}

/** What `kubectl create secret` is told is secret, whatever its name. */
function redactArgv(argv: readonly string[]): string[] {
  const isSecret = argv.includes('create') && argv.includes('secret');
  return argv.map((word, index) => {
    if (isSecret && (argv[index - 1] === '--from-literal' || word.startsWith('--from-literal=')))
      return word.replace(/^((?:--from-literal=)?[^=]*=).*/s, '$1(redacted)');
    return redactText(word);
  });
}

/** Writes `report.json`, `junit.xml`, `report.md` and `report.html` into `folder`, making it if needed. */
export async function writeReport(folder: string, original: LabReport): Promise<void> {
  const report = redactedReport(original);
  await mkdir(folder, { recursive: true });
  const files: Record<string, string> = {
    'report.json': `${JSON.stringify(report, null, 2)}\n`,
    'junit.xml': junitXml(report),
    'report.md': markdownReport(report),
    'report.html': htmlReport(report),
  };
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(path.join(folder, name), content)));
}
