/**
 * Fails when an import breaks the table of `.dependency-cruiser.cjs`. Arguments: folders to read (default: the whole tree).
 * Reading no module at all is a failure too: a parser that does not understand the sources must not pass.
 */
import { createRequire } from 'node:module';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';

const config = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as IConfiguration;
const folders = process.argv.length > 2 ? process.argv.slice(2) : ['src', 'labs', 'sample-app', 'scripts', 'test', 'bin'];
const { output } = await cruise(folders, {
  ...config.options,
  ruleSet: { forbidden: config.forbidden ?? [] },
  validate: true,
} as Parameters<typeof cruise>[1]);
const { summary } = output as ICruiseResult;
for (const violation of summary.violations)
  console.error(
    `${violation.from} -> ${violation.to}: breaks "${violation.rule.name}"${violation.cycle ? ` (${violation.cycle.map((step) => step.name).join(' -> ')})` : ''}`,
  );
if (summary.totalCruised === 0) console.error('No module was read.');
console.log(`${summary.totalCruised} modules, ${summary.totalDependenciesCruised ?? 0} imports, ${summary.violations.length} violations`);
if (summary.violations.length > 0 || summary.totalCruised === 0) process.exitCode = 1;
