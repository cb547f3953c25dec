/** Fails when a row of the conformance suite's lists (request map, messages, columns) has no case. */
import { allCases, allRows, gaps } from '../test/conformance/all-cases.ts';

const found = gaps();
for (const gap of found) console.error(gap);
console.log(
  `${allCases.length} cases cover ${Object.values(allRows).reduce((sum, rows) => sum + Object.keys(rows).length, 0)} rows; ${found.length} gaps`,
);
if (found.length > 0) process.exitCode = 1;
