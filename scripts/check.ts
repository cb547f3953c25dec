/** Types, lint, format and import boundaries: `npm run check`. Every check runs; the exit code is 1 when one fails. */
import path from 'node:path';
import { $, chalk } from 'zx';

const bin = (name: string): string => path.resolve('node_modules', '.bin', name);
const checks: Record<string, string[]> = {
  types: [bin('tsc'), '--project', '.'],
  'types of the page': [bin('tsc'), '--project', 'src/dashboard/page'],
  'lint and format': [bin('biome'), 'check', '--error-on-warnings', '.'],
  'import boundaries': [process.execPath, 'scripts/verify-boundaries.ts'],
  'rows of the conformance suite': [process.execPath, 'scripts/verify-conformance.ts'],
  'facts about Rollouts': [process.execPath, 'scripts/verify-rollout-cases.ts'],
};

for (const [name, command] of Object.entries(checks)) {
  const result = await $({ nothrow: true, quiet: true, input: '' })`${command}`;
  console.log(`${result.exitCode === 0 ? chalk.green('✔') : chalk.red('✖')} ${name}`);
  if (result.exitCode !== 0) {
    console.log(result.stdout + result.stderr);
    process.exitCode = 1;
  }
}
