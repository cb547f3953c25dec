import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { redactText } from '../redact-text.ts';
import type { LabReport } from '../report.ts';
import { htmlReport } from './html.ts';
import { junitXml } from './junit.ts';
import { markdownReport } from './markdown.ts';

/** The report without secrets in what commands printed. */
export function redactedReport(report: LabReport): LabReport {
  const steps = report.steps.map((step) => ({
    ...step,
    commands: step.commands.map((command) => ({
      ...command,
      argv: command.argv.map(redactText),
      stdout: redactText(command.stdout),
      stderr: redactText(command.stderr),
    })),
  }));
  return { ...report, steps };
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
