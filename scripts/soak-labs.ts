/** Runs every lab over and over with different seeds and counts what was not as it should be: `soak-labs.ts [REPEATS] [FIRST SEED]`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';

const repeats = Number(process.argv[2] ?? 10);
const firstSeed = Number(process.argv[3] ?? 1);
const program = path.resolve('bin', 'canary-lab.js');
const durations: number[] = [];
const flakes: string[] = [];
let checks = 0;
let requests = 0;

for (let repeat = 0; repeat < repeats; repeat += 1) {
  const seed = firstSeed + repeat;
  const folder = await mkdtemp(path.join(tmpdir(), 'soak-'));
  const started = performance.now();
  const { exitCode, stderr } = await execa(
    process.execPath,
    [program, 'lab', 'all', '--seed', String(seed), '--lang', repeat % 2 === 0 ? 'en' : 'ko', '--report', 'out'],
    { cwd: folder, reject: false, env: { NO_COLOR: '1', CI: 'true' } },
  );
  durations.push((performance.now() - started) / 1000);
  for (const lab of ['01-simple-canary', '02-automated-canary', '03-smart-canary', '04-when-it-goes-wrong', '05-blue-green']) {
    const text = await readFile(path.join(folder, 'out', lab, 'report.json'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const report = JSON.parse(text) as {
      steps: { checks: { id: string; outcome: string; observed: string }[] }[];
      traffic: { requests: number };
    };
    requests += report.traffic.requests;
    for (const check of report.steps.flatMap((step) => step.checks)) {
      checks += 1;
      if (check.outcome === 'fail') flakes.push(`seed ${seed}, ${lab}, ${check.id}: ${check.observed}`);
    }
  }
  if (exitCode !== 0) flakes.push(`seed ${seed}: exit code ${exitCode}\n${stderr.slice(-500)}`);
  console.log(`seed ${seed}: exit code ${exitCode}, ${durations.at(-1)!.toFixed(1)} s`);
  await rm(folder, { recursive: true, force: true });
}

const sorted = [...durations].sort((a, b) => a - b);
console.log(
  `${repeats} repeats, ${checks} checks, ${requests} background requests; seconds: least ${sorted[0]?.toFixed(1)}, median ${sorted[Math.floor(sorted.length / 2)]?.toFixed(1)}, most ${sorted.at(-1)?.toFixed(1)}; flakes: ${flakes.length}`,
);
for (const flake of flakes) console.log(`  ${flake}`);
process.exitCode = flakes.length === 0 ? 0 : 1;
