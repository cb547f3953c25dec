import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { CheckResult } from '../check.ts';
import type { LabReport } from '../report.ts';
import { redactedReport, writeReport } from './write-report.ts';

const reportOf = (argv: string[], detail = ''): LabReport => ({
  schema: 1,
  lab: 'l',
  cluster: { provider: 'embedded', kubernetes: 'v1.34.0', versions: {} },
  lang: 'en',
  seed: 1,
  startedAt: '',
  durationMs: 1,
  outcome: 'fail',
  steps: [
    {
      id: 's',
      title: 's',
      commands: [{ argv, exitCode: 0, durationMs: 1, stdout: 'password: planted-value\n', stderr: '' }],
      checks: [{ id: 'c', title: 'c', outcome: 'fail', expected: '', observed: '', durationMs: 1, detail }],
      durationMs: 1,
    },
  ],
  timeline: [],
  traffic: { requests: 0, failures: 0, byHash: {} },
});

it.each([
  ['kubectl create secret generic s --from-literal key=planted-value', 'kubectl create secret generic s --from-literal key=(redacted)'],
  ['kubectl create secret generic s --from-literal=key=planted-value', 'kubectl create secret generic s --from-literal=key=(redacted)'],
  ['helm install a b --set db.password=planted-value', 'helm install a b --set db.password=(redacted)'],
  ['kubectl run web --env DB_PASSWORD=planted-value', 'kubectl run web --env DB_PASSWORD=(redacted)'],
  ['kubectl create configmap c --from-literal note=kept', 'kubectl create configmap c --from-literal note=kept'],
])('takes the secret out of the command line %s', (line, redacted) => {
  expect(redactedReport(reportOf(line.split(' '))).steps[0]!.commands[0]!.argv.join(' ')).toBe(redacted);
});

it('takes secrets out of what commands print and of what failed checks say', () => {
  const [step] = redactedReport(reportOf(['kubectl'], 'kubectl get x --token=planted-value')).steps;
  expect(step!.commands[0]!.stdout).toBe('password: (redacted)\n');
  expect(step!.checks[0]!.detail).toBe('kubectl get x --token=(redacted)');
});

it('writes the same counts in every form', async () => {
  const checkOf = (id: string, outcome: CheckResult['outcome']): CheckResult => ({
    id,
    title: id,
    outcome,
    expected: '',
    observed: '',
    durationMs: 1,
    detail: '',
  });
  const report = reportOf(['kubectl']);
  report.steps = [
    { ...report.steps[0]!, commands: [], checks: [checkOf('one', 'pass'), checkOf('two', 'fail'), checkOf('two-again', 'skip')] },
    { ...report.steps[0]!, id: 't', commands: [], checks: [checkOf('three', 'skip')] },
  ];
  const folder = await mkdtemp(path.join(tmpdir(), 'report-'));
  try {
    await writeReport(folder, report);
    const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');
    expect(JSON.parse(await read('report.json'))).toEqual(report);
    expect(await read('junit.xml')).toContain('<testsuites name="l" tests="4" failures="1" errors="0" skipped="2"');
    expect((await read('junit.xml')).match(/<testcase /g)).toHaveLength(4);
    expect(await read('report.md')).toContain('1 checks passed, 1 failed, 2 skipped');
    expect(await read('report.html')).toContain('1 checks passed, 1 failed, 2 skipped');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
