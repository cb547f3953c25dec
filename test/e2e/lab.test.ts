import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LabReport } from '../../src/harness/report.ts';
import { Workplace } from '../support/workplace.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await place.remove();
});

const readReport = async (folder: string): Promise<LabReport> =>
  JSON.parse(await readFile(path.join(place.folder, folder, 'report.json'), 'utf8')) as LabReport;

it('walks the tutorial: every check holds, no request fails, the reports agree and nothing is left', async () => {
  const result = await place.run(['lab', '--report', 'out']);
  expect(result.stderr).not.toMatch(/✖/);
  expect(result.exitCode).toBe(0);

  const report = await readReport('out');
  const checks = report.steps.flatMap((step) => step.checks);
  expect(report).toMatchObject({ schema: 1, lab: '02-automated-canary', outcome: 'pass', cluster: { provider: 'embedded' } });
  expect(checks.length).toBeGreaterThanOrEqual(40);
  expect(new Set(checks.map((check) => check.outcome))).toEqual(new Set(['pass']));
  expect(report.traffic.failures).toBe(0);
  expect(report.traffic.requests).toBeGreaterThan(100);
  expect(Object.keys(report.traffic.byHash).length).toBeGreaterThanOrEqual(3);

  const weights = report.timeline.map((entry) => entry.weight).filter((weight, index, all) => weight !== all[index - 1]);
  expect(weights.join(' ')).toContain('0 25 50 75 100 0');

  const commands = report.steps.flatMap((step) => step.commands);
  expect(commands.filter((command) => command.argv[0] === 'helm').length).toBeGreaterThanOrEqual(4);
  expect(commands.every((command) => command.exitCode === 0)).toBe(true);

  const junit = await readFile(path.join(place.folder, 'out', 'junit.xml'), 'utf8');
  expect(Number(junit.match(/<testsuites[^>]*tests="(\d+)"/)?.[1])).toBe(checks.length);
  expect(junit).toMatch(/<testsuites[^>]*failures="0"/);
  expect(await place.leftovers()).toEqual([]);
});

it('runs twice at the same time, also while port 8080 is taken', async () => {
  const blocker = createServer().listen(8080, '127.0.0.1');
  await once(blocker, 'listening').catch(() => {
    /* taken by somebody else: as good */
  });
  const [first, second] = await Promise.all([
    place.run(['lab', '--until', 'set-image', '--report', 'out-1']),
    place.run(['lab', '--until', 'set-image', '--report', 'out-2']),
  ]);
  blocker.close();
  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect((await readReport('out-1')).outcome).toBe('pass');
  expect((await readReport('out-2')).outcome).toBe('pass');
  expect(await place.leftovers()).toEqual([]);
});

it('prints the events of the run as JSON lines on stdout and nothing else', async () => {
  const result = await place.run(['lab', '--until', 'cluster', '--json']);
  const events = result.stdout.split('\n').map((line) => JSON.parse(line) as { type: string });
  expect(events[0]!.type).toBe('lab-started');
  expect(events.at(-1)).toMatchObject({ type: 'lab-finished', outcome: 'pass' });
  expect(result.exitCode).toBe(0);
});

it('speaks Korean when asked', async () => {
  const result = await place.run(['lab', '--until', 'cluster', '--lang', 'ko']);
  expect(result.stderr).toMatch(/[가-힣]/);
  expect(result.exitCode).toBe(0);
});

it('runs every lab in Korean, each in reports of its own', async () => {
  const result = await place.run(['lab', 'all', '--lang', 'ko', '--report', 'out'], { timeoutMs: 290_000 });
  expect(result.stderr).not.toMatch(/^✖/m);
  expect(result.stdout.match(/^모두 정상입니다\. /gm)).toHaveLength(5);
  expect(result.exitCode, result.stderr.slice(-2000)).toBe(0);
  for (const lab of ['01-simple-canary', '02-automated-canary', '03-smart-canary', '04-when-it-goes-wrong', '05-blue-green'])
    expect((await readReport(`out/${lab}`)).outcome).toBe('pass');
  expect(await place.leftovers()).toEqual([]);
}, 300_000);

it('does the steps before --from by itself', async () => {
  const result = await place.run(['lab', '01', '--from', 'roll-back', '--report', 'out', '--lang', 'en']);
  expect(result.stderr).toContain('✔ Half of the traffic: the weight (done on the way)');
  const report = await readReport('out');
  expect(report.steps.map(({ id }) => id)).toEqual(['roll-back']);
  expect(report.outcome).toBe('pass');
});

it('adds a summary to the page of a CI job where the job says where that is', async () => {
  const file = path.join(place.folder, 'out-summary.md');
  await place.run(['lab', '01', '--until', 'ingress-nginx', '--lang', 'en'], { env: { GITHUB_STEP_SUMMARY: file } });
  expect(await readFile(file, 'utf8')).toMatch(
    /## 01-simple-canary\n\nAll is well: 2 checks passed[\s\S]*\| ✅ \| Install the NGINX Ingress Controller \| 2\/2 \|/,
  );
});
