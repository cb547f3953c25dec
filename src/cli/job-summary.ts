import { appendFile } from 'node:fs/promises';
import { jobSummary } from '../harness/renderers/job-summary.ts';
import type { LabReport } from '../harness/report.ts';
import type { App } from './app.ts';

/** Adds the report to the page of a GitHub job, where the job says where that is. A file that cannot be written changes nothing. */
export async function writeJobSummary(report: LabReport, app: App): Promise<void> {
  const file = app.env['GITHUB_STEP_SUMMARY'];
  if (file !== undefined && file !== '')
    await appendFile(file, jobSummary(report)).catch((error: Error) => {
      app.stderr.write(`The job summary could not be written: ${error.message}\n`);
    });
}
