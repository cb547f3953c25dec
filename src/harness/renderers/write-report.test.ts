import { expect, it } from 'vitest';
import type { LabReport } from '../report.ts';
import { redactedReport } from './write-report.ts';

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
