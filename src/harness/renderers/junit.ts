import { countChecks, type LabReport } from '../report.ts';

/** The report as JUnit XML: a suite per step, a case per check; counts are those of `report.json`. */
export function junitXml(report: LabReport): string {
  const total = countChecks(report);
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const suites = report.steps.map((step) => {
    const counts = countChecks({ steps: [step] });
    const cases = step.checks.map((check) => {
      const open = `    <testcase classname="${attribute(`${report.lab}.${step.id}`)}" name="${attribute(check.id)}" time="${seconds(check.durationMs)}"`;
      if (check.outcome === 'pass') return `${open}/>`;
      if (check.outcome === 'skip') return `${open}>\n      <skipped/>\n    </testcase>`;
      const body = [check.title, `expected: ${check.expected}`, `observed: ${check.observed}`, check.detail].filter(Boolean).join('\n');
      return `${open}>\n      <failure message="${attribute(`expected ${check.expected}, observed ${check.observed}`)}">${escaped(body)}</failure>\n    </testcase>`;
    });
    const size = step.checks.length;
    return `  <testsuite name="${attribute(step.id)}" tests="${size}" failures="${counts.fail}" errors="0" skipped="${counts.skip}" time="${seconds(step.durationMs)}">\n${cases.map((text) => `${text}\n`).join('')}  </testsuite>`;
  });
  const tests = total.pass + total.fail + total.skip;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${attribute(report.lab)}" tests="${tests}" failures="${total.fail}" errors="0" skipped="${total.skip}" time="${seconds(report.durationMs)}">\n${suites.join('\n')}\n</testsuites>\n`;
}

/** XML text; control characters that XML 1.0 cannot hold are left out. */
function escaped(text: string): string {
  return [...text]
    .filter((c) => c >= ' ' || c === '\n' || c === '\t')
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function attribute(text: string): string {
  return escaped(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;');
}
