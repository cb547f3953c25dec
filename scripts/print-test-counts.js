// Prints `N passed, N failed, N skipped` from a vitest JSON report: plain JavaScript, since CI calls it with any Node.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
const brokenFiles = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
console.log(`${report.numPassedTests} passed, ${report.numFailedTests + brokenFiles} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
