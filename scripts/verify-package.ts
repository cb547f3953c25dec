/**
 * Packs what npm would publish, installs it with its dependencies in an empty folder outside the checkout, as a user does, and uses it there: the commands
 * that need no cluster, the labs named (default: 02), a lab of one's own, the kubectl plugin. Needs npm's registry. Exits with 1 at the first thing that
 * fails. `--archive FILE` takes an archive that is packed already.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';

const root = path.resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({ options: { archive: { type: 'string' } }, allowPositionals: true });
const labs = positionals.length > 0 ? positionals : ['02'];
const folder = await mkdtemp(path.join(tmpdir(), 'installed-'));

async function step(what: string, program: string, args: readonly string[], cwd = folder): Promise<string> {
  const { exitCode, all, durationMs } = await execa(program, args, {
    cwd,
    reject: false,
    all: true,
    stdin: 'ignore',
    env: { NO_COLOR: '1' },
  });
  const isWell = exitCode === 0;
  console.log(`${isWell ? '✔' : '✖'} ${what} (${(durationMs / 1000).toFixed(1)} s)`);
  if (!isWell) throw new Error(`${program} ${args.join(' ')} ended with exit code ${exitCode}:\n${all.slice(-4000)}`);
  return all;
}
function expectIn(text: string, wanted: RegExp): void {
  if (!wanted.test(text)) throw new Error(`${wanted} is not in:\n${text.slice(-4000)}`);
}

try {
  let { archive } = values;
  if (archive === undefined) {
    await step('pack', 'npm', ['pack', '--pack-destination', folder], root);
    archive = path.join(folder, (await readdir(folder)).find((name) => name.endsWith('.tgz'))!);
  }
  await step('install in an empty folder', 'npm', ['install', '--no-audit', '--no-fund', path.resolve(root, archive)]);
  const npx = (what: string, ...args: string[]): Promise<string> => step(what, 'npx', ['--no-install', 'canary-lab', ...args]);
  expectIn(await npx('list', 'list'), /02-automated-canary/);
  expectIn(await npx('doctor', 'doctor'), /✔ --cluster embedded/);
  for (const lab of labs) expectIn(await npx(`lab ${lab}`, 'lab', lab), /All is well: \d+ checks passed, 0 failed/);
  expectIn(await npx('new-lab', 'new-lab', 'mine'), /labs\/mine\/lab\.ts/);
  expectIn(await npx('the new lab', 'lab', './labs/mine/lab.ts'), /All is well/);
  expectIn(await npx('proof of the new lab', 'verify-lab', './labs/mine/lab.ts'), /mutation score 100 %/);
  expectIn(await step('kubectl argo rollouts', 'npx', ['--no-install', 'kubectl-argo-rollouts', 'version']), /kubectl-argo-rollouts: v/);
  expectIn(await npx('doctor --leftovers', 'doctor', '--leftovers'), /nothing is left/);
  console.log(`The package works in ${folder} (removed now).`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
