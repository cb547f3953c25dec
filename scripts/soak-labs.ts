/**
 * Runs every lab over and over, each time with another seed and in the other language, and counts what was not as it should be:
 * `soak-labs.ts [REPEATS] [FIRST SEED] [FOLDER]`. One line a repeat; what a repeat that went wrong has left (reports, diagnostics, output) stays
 * in the folder. Seeds that the folder has results of are not run again, so a soak that was stopped goes on where it was.
 */
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';

interface Repeat {
  seed: number;
  exitCode: number;
  seconds: number;
  /** User and system time of all processes of the repeat; 0 where the system does not say. */
  cpuSeconds: number;
  checks: number;
  requests: number;
  troubles: string[];
}

/** No repeat is waited for longer than this, however slow the machine is. */
const REPEAT_TIMEOUT_MS = 10 * 60_000;
const CLOCK_TICKS = 100;

const repeats = Number(process.argv[2] ?? 10);
const firstSeed = Number(process.argv[3] ?? 1);
const folder = path.resolve(process.argv[4] ?? path.join(tmpdir(), 'canary-lab-soak'));
const program = path.resolve(import.meta.dirname, '..', 'bin', 'canary-lab.js');
const results = path.join(folder, 'results.jsonl');

await mkdir(folder, { recursive: true });
const done = (await readFile(results, 'utf8').catch(() => ''))
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Repeat);
for (let seed = firstSeed; seed < firstSeed + repeats; seed += 1) {
  if (done.some((repeat) => repeat.seed === seed)) continue;
  const repeat = await run(seed);
  done.push(repeat);
  await appendFile(results, `${JSON.stringify(repeat)}\n`);
  console.log(
    `seed ${seed}: ${repeat.troubles.length === 0 ? 'ok' : 'NOT OK'}, exit code ${repeat.exitCode}, ${repeat.seconds.toFixed(1)} s, CPU ${repeat.cpuSeconds.toFixed(1)} s`,
  );
  for (const trouble of repeat.troubles) console.log(`  ${trouble}`);
}

const counted = done.filter(({ seed }) => seed >= firstSeed && seed < firstSeed + repeats);
const sum = (of: (repeat: Repeat) => number): number => counted.reduce((total, repeat) => total + of(repeat), 0);
const seconds = counted.map((repeat) => repeat.seconds).sort((a, b) => a - b);
const bad = counted.filter(({ troubles }) => troubles.length > 0);
console.log(
  `${counted.length} repeats, ${sum(({ checks }) => checks)} checks, ${sum(({ requests }) => requests)} background requests; seconds: least ${seconds[0]?.toFixed(1)}, median ${seconds[Math.floor(seconds.length / 2)]?.toFixed(1)}, most ${seconds.at(-1)?.toFixed(1)}; CPU ${(sum(({ cpuSeconds }) => cpuSeconds) / Math.max(1, counted.length)).toFixed(1)} s a repeat; not ok: ${bad.length}${bad.length === 0 ? '' : ` (seeds ${bad.map(({ seed }) => seed).join(', ')}, see ${folder})`}`,
);
process.exitCode = bad.length === 0 ? 0 : 1;

async function run(seed: number): Promise<Repeat> {
  const place = path.join(folder, `seed-${seed}`);
  await rm(place, { recursive: true, force: true });
  await mkdir(place);
  const cpuBefore = await childrenCpuSeconds();
  const started = performance.now();
  const { exitCode, stdout, stderr, timedOut } = await execa(
    process.execPath,
    [program, 'lab', 'all', '--seed', String(seed), '--lang', seed % 2 === 0 ? 'en' : 'ko', '--report', 'out'],
    { cwd: place, reject: false, timeout: REPEAT_TIMEOUT_MS, forceKillAfterDelay: 20_000, env: { NO_COLOR: '1', CI: 'true' } },
  );
  const repeat: Repeat = {
    seed,
    exitCode: exitCode ?? -1,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (await childrenCpuSeconds()) - cpuBefore,
    checks: 0,
    requests: 0,
    troubles: [],
  };
  if (timedOut) repeat.troubles.push(`stopped after ${REPEAT_TIMEOUT_MS / 60_000} minutes`);
  else if (exitCode !== 0) repeat.troubles.push(`exit code ${exitCode}: ${stderr.trim().split('\n').slice(-3).join(' | ')}`);
  await readReports(place, repeat);
  repeat.troubles.push(...(await leftovers(place)));
  if (repeat.troubles.length === 0) await rm(place, { recursive: true, force: true });
  else await Promise.all([writeFile(path.join(place, 'stdout.txt'), stdout), writeFile(path.join(place, 'stderr.txt'), stderr)]);
  return repeat;
}

/** Counts checks and requests, and names each check that did not pass and each lab that has no report. */
async function readReports(place: string, repeat: Repeat): Promise<void> {
  const labs = (await readdir(path.resolve(import.meta.dirname, '..', 'labs'))).filter((name) => /^\d\d-/.test(name)).sort();
  for (const lab of labs) {
    const text = await readFile(path.join(place, 'out', lab, 'report.json'), 'utf8').catch(() => undefined);
    if (text === undefined) {
      repeat.troubles.push(`${lab}: no report`);
      continue;
    }
    const report = JSON.parse(text) as {
      outcome: string;
      steps: { checks: { id: string; outcome: string; expected: string; observed: string }[] }[];
      traffic: { requests: number };
    };
    repeat.requests += report.traffic.requests;
    if (report.outcome !== 'pass') repeat.troubles.push(`${lab}: ${report.outcome}`);
    for (const check of report.steps.flatMap((step) => step.checks)) {
      repeat.checks += 1;
      if (check.outcome === 'fail')
        repeat.troubles.push(`${lab}, ${check.id}: expected ${check.expected}, observed ${check.observed.slice(0, 200)}`);
    }
  }
}

/** Processes that name the folder of the repeat (where /proc tells), and folders of runs and clusters that are still there. */
async function leftovers(place: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc').catch(() => [] as string[])).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(`${place}/`)) found.push(`process ${pid} is left: ${command.replaceAll('\0', ' ').slice(0, 200)}`);
  }
  for (const kind of ['runs', 'clusters'])
    for (const name of await readdir(path.join(place, '.canary-lab', kind)).catch(() => [] as string[]))
      found.push(`.canary-lab/${kind}/${name} is left`);
  return found;
}

/** User and system time of the children that have ended, theirs included: fields 16 and 17 of /proc/self/stat. */
async function childrenCpuSeconds(): Promise<number> {
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' ? 0 : (Number(fields[13]) + Number(fields[14])) / CLOCK_TICKS;
}
