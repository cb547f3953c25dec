/**
 * `npm run bench -- start`: from the start of the cluster's process to an API that answers, and the memory of that process
 * after lab 02. Medians of RUNS starts, each a process of its own, with the compile cache warm.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

const RUNS = 7;
const main = path.resolve('src/cli/main.ts');
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function startOnce(): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-start-'));
  const beganMs = performance.now();
  const child = spawn(process.execPath, [main, 'cluster', 'serve', '--directory', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  const tookMs = performance.now() - beganMs;
  child.stdin.end();
  await once(child, 'exit');
  await rm(folder, { recursive: true });
  return tookMs;
}

async function memoryAfterLab(): Promise<{ rssMb: number; peakMb: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-memory-'));
  const run = (...args: string[]) => execa(process.execPath, [main, ...args], { cwd: folder });
  await run('cluster', 'up');
  try {
    const { kubeconfig, pid } = JSON.parse(await readFile(path.join(folder, '.canary-lab/clusters/canary-lab/cluster.json'), 'utf8')) as {
      kubeconfig: string;
      pid: number;
    };
    await execa(process.execPath, [main, 'lab', '--cluster', 'existing', '--keep'], { cwd: folder, env: { KUBECONFIG: kubeconfig } });
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const mb = (field: string): number => Math.round(Number(status.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))![1]) / 1024);
    return { rssMb: mb('VmRSS'), peakMb: mb('VmHWM') };
  } finally {
    await run('cluster', 'down');
    await rm(folder, { recursive: true });
  }
}

await startOnce();
const starts: number[] = [];
for (let i = 0; i < RUNS; i++) starts.push(await startOnce());
console.log(
  `process start to API ready\tmedian ${median(starts).toFixed(0)} ms\tof ${starts.map((ms) => ms.toFixed(0)).join(' ')}\ttarget 400 ms`,
);
if (process.platform === 'linux') {
  const { rssMb, peakMb } = await memoryAfterLab();
  console.log(`memory after lab 02\tRSS ${rssMb} MB, peak ${peakMb} MB\ttarget 180 MB`);
}
