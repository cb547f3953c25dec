import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createFakeKubeApi } from '../../test/support/fake-kube-api.ts';
import { Cleanup } from '../base/cleanup.ts';
import { hostClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { seededRandom } from '../base/random.ts';
import type { Cluster } from '../cluster/provider.ts';
import { configMaps } from '../kube/resource-type.ts';
import { fieldCheck } from './checks/field-check.ts';
import type { CommandRunner } from './command-runner.ts';
import type { LabEvent } from './events.ts';
import { cmd, defineLab, type Lab, step } from './lab.ts';
import { countChecks, exitCodeOf } from './report.ts';
import { runLab } from './run-lab.ts';
import type { RunLabOptions } from './run-lab-options.ts';

const text = (en: string) => ({ en, ko: `${en} (한국어)` });
const valueIs = (id: string, value: string) =>
  fieldCheck(
    { id, title: text(`the value is ${value}`), next: text('set it') },
    { resource: configMaps, key: { namespace: 'lab', name: 'c' }, path: ['data', 'value'], equals: value },
  );

const lab: Lab = defineLab({
  id: 'a-lab',
  title: text('A lab'),
  summary: text('Short.'),
  variables: () => ({ name: 'c' }),
  steps: [
    step({
      id: 'one',
      title: text('One'),
      say: text('Say one.'),
      run: [cmd('kubectl', (v) => ['get', 'configmap', v['name']])],
      checks: [valueIs('one-value', '1')],
    }),
    step({
      id: 'two',
      title: text('Two'),
      say: text('Say two.'),
      run: [cmd('kubectl', ['set', 'value 2'])],
      checks: [valueIs('two-value', '2'), valueIs('two-again', '2')],
    }),
    step({
      id: 'three',
      title: text('Three'),
      say: text('Say three.'),
      run: [cmd('kubectl', ['get', 'all'])],
      checks: [valueIs('three-value', '2')],
    }),
  ],
});

/** Programs that set the value named by their last word, and end with the exit code that `exitCodes` has for a line. */
function aRun(over: Partial<RunLabOptions> = {}, exitCodes: Record<string, number> = {}): { options: RunLabOptions; events: LabEvent[] } {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  api.seed(configMaps, { metadata: { namespace: 'lab', name: 'c' }, data: { value: '1' } });
  const tools: CommandRunner = {
    async run(program, args, options) {
      const value = args.at(-1)?.match(/^value (\d)$/)?.[1];
      if (value !== undefined) await api.patch(configMaps, { namespace: 'lab', name: 'c' }, { type: 'merge', body: { data: { value } } });
      options?.onOutput?.('done\n', 'stdout');
      return { argv: [program, ...args], exitCode: exitCodes[args.join(' ')] ?? 0, durationMs: 1, stdout: 'done\n', stderr: '' };
    },
  };
  const cluster: Cluster = {
    provider: 'embedded',
    name: 'c',
    kubeconfig: '/nowhere',
    context: undefined,
    ingressUrl: 'http://127.0.0.1:1',
    chartRepositories: {},
    kubernetesVersion: 'v1.34.0',
    capabilities: { virtualTime: false, snapshots: false, metrics: false },
    delete: async () => {},
  };
  const events: LabEvent[] = [];
  const ctx = {
    clock: hostClock,
    random: seededRandom(1),
    log: silentLog,
    signal: new AbortController().signal,
    cleanup: new Cleanup(),
    env: {},
    workingDirectory: tmpdir(),
  };
  return {
    options: { cluster, api, tools, ctx, lang: 'en', seed: 7, onEvent: (event) => events.push(event), checkTimeoutMs: 50, ...over },
    events,
  };
}

describe('runLab', () => {
  it('runs every step and reports commands and checks', async () => {
    const { options, events } = aRun();
    const report = await runLab(lab, options);
    expect(report).toMatchObject({ schema: 1, lab: 'a-lab', seed: 7, outcome: 'pass', traffic: { requests: 0, failures: 0, byHash: {} } });
    expect(countChecks(report)).toEqual({ pass: 4, fail: 0, skip: 0 });
    expect(report.steps[0]!.commands).toEqual([
      { argv: ['kubectl', 'get', 'configmap', 'c'], exitCode: 0, durationMs: 1, stdout: 'done\n', stderr: '' },
    ]);
    expect(events.map(({ type }) => type).slice(0, 8)).toEqual([
      'lab-started',
      'step-started',
      'command-started',
      'command-output',
      'command-finished',
      'check-started',
      'check-passed',
      'step-finished',
    ]);
    expect(exitCodeOf(report)).toBe(0);
  });

  it('stops at the first check that fails and skips what follows', async () => {
    const wrong = { ...lab, steps: [lab.steps[0]!, { ...lab.steps[1]!, run: [] }, lab.steps[2]!] };
    const { options, events } = aRun();
    const report = await runLab(wrong, options);
    expect(countChecks(report)).toEqual({ pass: 1, fail: 1, skip: 2 });
    expect(report.steps[1]!.checks[0]).toMatchObject({ id: 'two-value', outcome: 'fail', expected: '2', observed: '1' });
    expect(events.find((event) => event.type === 'check-failed')).toMatchObject({
      look: `kubectl get configmaps c -n lab -o 'jsonpath={.data.value}'`,
      next: { en: 'set it' },
    });
    expect(exitCodeOf(report)).toBe(1);
  });

  it('counts a command that fails as a failed check', async () => {
    const { options } = aRun({}, { 'set value 2': 3 });
    const report = await runLab(lab, options);
    expect(report.steps[1]!.checks.map(({ id, outcome, observed }) => [id, outcome, observed])).toEqual([
      ['two-command-1', 'fail', 'exit code 3'],
      ['two-value', 'skip', ''],
      ['two-again', 'skip', ''],
    ]);
  });

  it('says what a failure of helm means and what to type, where it is a known one', async () => {
    const tools: CommandRunner = {
      run: async (program, args) => ({
        argv: [program, ...args],
        exitCode: 1,
        durationMs: 1,
        stdout: '',
        stderr: args[0] === 'install' ? 'Error: INSTALLATION FAILED: cannot re-use a name that is still in use\n' : 'Error: odd\n',
      }),
    };
    const detailOf = async (word: string): Promise<string> => {
      const [first] = lab.steps;
      const report = await runLab({ ...lab, steps: [{ ...first!, run: [cmd('helm', [word, 'shop'])] }] }, aRun({ tools }).options);
      return report.steps[0]!.checks[0]!.detail;
    };
    expect(await detailOf('install')).toBe(
      'helm install shop\nError: INSTALLATION FAILED: cannot re-use a name that is still in use\nA release with this name is already installed.\nNext: Remove it (helm uninstall RELEASE), or use another cluster.',
    );
    expect(await detailOf('list')).toBe('helm list shop\nError: odd');
  });

  it('reports an interruption as such', async () => {
    const interrupt = new AbortController();
    const { options } = aRun({
      confirmStep: async ({ id }) => {
        if (id === 'two') {
          interrupt.abort(new Error('Ctrl-C'));
          throw interrupt.signal.reason;
        }
      },
    });
    const report = await runLab(lab, { ...options, ctx: { ...options.ctx, signal: interrupt.signal } });
    expect([report.outcome, exitCodeOf(report), countChecks(report)]).toEqual(['interrupted', 130, { pass: 1, fail: 0, skip: 3 }]);
  });

  it('runs only the steps that were asked for', async () => {
    const report = await runLab(lab, aRun({ from: '2', until: 'three' }).options);
    expect(report.steps.map(({ id }) => id)).toEqual(['two', 'three']);
  });

  it('shows no note and no reason after a failure', async () => {
    const noted = { ...lab.steps[1]!, notes: [{ id: 'n', text: text('A note.') }], why: text('Because.') };
    const typesOf = async (exitCodes: Record<string, number>): Promise<string[]> => {
      const { options, events } = aRun({}, exitCodes);
      await runLab({ ...lab, steps: [lab.steps[0]!, noted] }, options);
      return events.map(({ type }) => type).filter((type) => type === 'note' || type === 'why' || type === 'check-failed');
    };
    expect(await typesOf({})).toEqual(['why', 'note']);
    expect(await typesOf({ 'set value 2': 3 })).toEqual(['check-failed']);
  });

  it('lets a presenter go on before each command, after its output, after the checks and after each text', async () => {
    const seen: string[] = [];
    const { options, events } = aRun({
      until: 'one',
      pause: async (moment) => {
        seen.push(`${moment.at === 'command' ? moment.command : moment.at} after ${events.at(-1)?.type}`);
      },
    });
    await runLab({ ...lab, steps: [{ ...lab.steps[0]!, why: text('Because.') }] }, options);
    expect(seen).toEqual([
      'lab after lab-started',
      'step after step-started',
      'kubectl get configmap c after step-started',
      'output after command-finished',
      'checks after check-passed',
      'text after why',
    ]);
  });

  it('cannot be run from a step that does not exist', async () => {
    await expect(runLab(lab, aRun({ from: 'four' }).options)).rejects.toMatchObject({ code: 'STEP_UNKNOWN' });
  });

  it('hands the checks that held to the proof after each step', async () => {
    const seen: string[] = [];
    await runLab(
      lab,
      aRun({
        afterChecks: async (_, checks) => {
          seen.push(...checks.map(({ id }) => id));
        },
      }).options,
    );
    expect(seen).toEqual(['one-value', 'two-value', 'two-again', 'three-value']);
  });
});
