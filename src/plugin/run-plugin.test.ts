import { describe, expect, it } from 'vitest';
import { createFakeKubeApi, type FakeKubeApi } from '../../test/support/fake-kube-api.ts';
import { aPodOf, aReplicaSet, aRollout } from '../../test/support/rollout-objects.ts';
import { type Clock, hostClock, nextTurn, sleepOn } from '../base/clock.ts';
import { seededRandom } from '../base/random.ts';
import type { ConnectOptions } from '../client/connect.ts';
import { pods, replicaSets } from '../kube/resource-type.ts';
import { analysisRuns } from '../rollouts/analysis/analysis-run.ts';
import { type Rollout, type RolloutStatus, rollouts } from '../rollouts/rollout.ts';
import { runPlugin } from './run-plugin.ts';

const NOW_MS = Date.parse('2026-01-01T00:05:10Z');

/** Every delay is over a turn of the event loop later. */
const eagerClock: Clock = {
  nowMs: () => NOW_MS,
  after(_delayMs, callback) {
    let isCancelled = false;
    void nextTurn().then(() => {
      if (!isCancelled) callback();
    });
    return {
      cancel: () => {
        isCancelled = true;
      },
    };
  },
  sleep: (delayMs, signal) => sleepOn(eagerClock, delayMs, signal),
};

interface Shell {
  api: FakeKubeApi;
  connections: ConnectOptions[];
  stop: AbortController;
  files: Record<string, string>;
  stdout(): string;
  /** Called with everything that was printed so far, after each write. */
  onOutput: ((text: string) => void) | undefined;
  run(line: string, env?: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }>;
}

function shell(clock: Clock = hostClock): Shell {
  let out = '';
  let err = '';
  const self: Shell = {
    api: createFakeKubeApi({ clock: hostClock, random: seededRandom(1) }),
    connections: [],
    stop: new AbortController(),
    files: {},
    onOutput: undefined,
    stdout: () => out,
    async run(line, env = {}) {
      out = '';
      err = '';
      const code = await runPlugin(
        line.split(' ').filter((word) => word !== ''),
        {
          env,
          clock,
          signal: self.stop.signal,
          stdout: (text) => {
            out += text;
            self.onOutput?.(out);
          },
          stderr: (text) => {
            err += text;
          },
          readFile: async (file) => {
            const text = self.files[file];
            if (text === undefined) throw new Error(`open ${file}: no such file or directory`);
            return text;
          },
          connect: async (options) => {
            self.connections.push(options);
            return {
              api: self.api,
              namespace: options.namespace ?? 'lab',
              context: 'test',
              server: 'https://127.0.0.1:1',
              raw: async () => '',
              serverNowMs: () => NOW_MS,
              close: () => {},
            };
          },
        },
      );
      return { code, stdout: out, stderr: err };
    },
  };
  return self;
}

const paused: RolloutStatus = {
  observedGeneration: '1',
  phase: 'Paused',
  message: 'CanaryPauseStep',
  currentStepIndex: 1,
  currentPodHash: 'b',
  stableRS: 'a',
  controllerPause: true,
  pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T00:00:00Z' }],
};
const key = { namespace: 'lab', name: 'demo' };
const setStatus = (sh: Shell, status: RolloutStatus): Promise<Rollout> =>
  sh.api.patch(rollouts, key, { type: 'merge', body: { status } }, { subresource: 'status' });

describe('commands that write', () => {
  it.each([
    ['promote demo', "rollout 'demo' promoted\n"],
    ['promote demo --full', "rollout 'demo' fully promoted\n"],
    ['promote -c demo', "rollout 'demo' promoted\n"],
    ['abort demo', "rollout 'demo' aborted\n"],
    ['pause demo', "rollout 'demo' paused\n"],
    ['retry rollout demo', "rollout 'demo' retried\n"],
    ['retry ro demo', "rollout 'demo' retried\n"],
    ['restart demo', "rollout 'demo' restarts in 0s\n"],
    ['restart demo -i 90s', "rollout 'demo' restarts in 90s\n"],
    ['set image demo demo=registry.lab/demo:v3', 'rollout "demo" image updated\n'],
    ['set image demo *=registry.lab:5000/demo:v3', 'rollout "demo" image updated\n'],
    ['undo demo', "rollout 'demo' undo\n"],
    ['undo demo --to-revision=1', "rollout 'demo' undo\n"],
    ['undo demo --to-revision 2', 'skipped rollback (current template already matches revision 2)'],
    ['terminate analysisrun run', "analysisRun 'run' terminated\n"],
    ['abort demo demo', "rollout 'demo' aborted\nrollout 'demo' aborted\n"],
  ])('%s prints what upstream prints', async (line, stdout) => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout({ status: paused }));
    for (const revision of [1, 2])
      sh.api.seed(replicaSets, aReplicaSet(`hash${revision}`, { revision, image: `registry.lab/demo:v${revision}`, replicas: 1 }));
    sh.api.seed(analysisRuns, { metadata: { name: 'run', namespace: 'lab' }, spec: { metrics: [] } });
    expect(await sh.run(line)).toEqual({ code: 0, stdout, stderr: '' });
    expect(sh.api.writes.length > 0).toBe(!stdout.startsWith('skipped'));
  });

  it("restart writes the cluster's time, not the machine's", async () => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout());
    await sh.run('restart demo --in 1m');
    expect((await sh.api.get(rollouts, key))!.spec.restartAt).toBe('2026-01-01T00:06:10Z');
  });

  it('creates the objects of a file in the namespace of the request', async () => {
    const sh = shell();
    sh.files['r.yaml'] =
      '---\napiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec: {strategy: {canary: {}}}\n---\n';
    expect(await sh.run('create -f r.yaml -n shop')).toEqual({ code: 0, stdout: 'rollout.argoproj.io/web created\n', stderr: '' });
    expect(await sh.api.get(rollouts, { namespace: 'shop', name: 'web' })).toBeDefined();
  });
});

describe('errors', () => {
  it.each([
    ['promote nope', 'Error: rollouts.argoproj.io "nope" not found\n'],
    ['abort nope', 'Error: rollouts.argoproj.io "nope" not found\n'],
    ['get rollout nope', 'Error: rollout.argoproj.io "nope" not found\n'],
    ['get rollout nope --watch', 'Error: rollout.argoproj.io "nope" not found\n'],
    ['status nope', 'Error: rollout.argoproj.io "nope" not found\n'],
    ['status nope --watch=false', 'Error: rollout.argoproj.io "nope" not found\n'],
    ['set image demo nope=x', 'Error: unable to find container named "nope"\n'],
    ['set image demo nope', 'Error: invalid argument "nope": expected CONTAINER=IMAGE\n'],
    ['undo demo', 'Error: no revision found for rollout "demo"\n'],
    ['undo demo --to-revision=7', 'Error: unable to find specified revision 7 in history\n'],
    ['promote demo -c -a', 'Error: Cannot use skip-current-step and skip-all-steps flags at the same time\n'],
    ['status demo --timeout 1d', 'Error: invalid argument "1d" for "--timeout" flag: time: invalid duration "1d"\n'],
    ['lint -f nope.yaml', 'Error: open nope.yaml: no such file or directory\n'],
  ])('%s says why on stderr and exits with 1', async (line, stderr) => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout({ status: paused }));
    expect(await sh.run(line)).toEqual({ code: 1, stdout: '', stderr });
  });

  it.each([
    ['bogus', 'Error: unknown command "bogus" for "kubectl-argo-rollouts"\n'],
    ['get rollout demo --bogus', 'Error: unknown flag: --bogus\n'],
    ['promote', "Error: missing required argument 'name'\n"],
    ['set image demo a=b c=d', 'Error: too many arguments for'],
  ])('%s prints the usage behind the error and exits with 1', async (line, firstLine) => {
    const { code, stdout, stderr } = await shell().run(line);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(firstLine);
    expect(stderr).toContain('Usage: kubectl-argo-rollouts');
  });

  it.each(['notifications'])('%s is refused by name', async (line) => {
    const { code, stderr } = await shell().run(line);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: ".*" is not modelled\nNext: /);
  });

  it('prints help on stdout and exits with 0', async () => {
    const { code, stdout } = await shell().run('promote --help');
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: kubectl-argo-rollouts promote');
  });

  it('does nothing and ends with 130 when it is interrupted while the command is loaded', async () => {
    const sh = shell();
    const run = sh.run('abort demo');
    sh.stop.abort();
    expect(await run).toEqual({ code: 130, stdout: '', stderr: '' });
    expect(sh.connections).toEqual([]);
  });

  it.each(['--help get', '-n shop -h get', '--unknown get', '-1 get', 'get rollout demo -n', 'gett', ''])(
    'shows all commands when the program itself answers "%s"',
    async (line) => {
      const { stdout, stderr } = await shell().run(line);
      const names = [...`${stdout}${stderr}`.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
      expect([names[0], names.at(-1), names.length]).toEqual(['abort', 'version', 17]);
    },
  );
});

describe('connection flags', () => {
  it('are read before and behind the command', async () => {
    for (const line of [
      '-n shop --context c --kubeconfig k --as bob --as-group a --as-group b abort x',
      'abort x -n shop --context=c --kubeconfig k --as bob --as-group a --as-group b',
    ]) {
      const sh = shell();
      await sh.run(line);
      expect(sh.connections).toEqual([
        expect.objectContaining({ namespace: 'shop', context: 'c', kubeconfig: 'k', as: 'bob', asGroups: ['a', 'b'] }),
      ]);
    }
  });

  it('that are not supported are refused by name', async () => {
    const sh = shell();
    expect((await sh.run('abort x --cluster k')).stderr).toMatch(/^Error: flag --cluster is not supported\n/);
    expect(sh.connections).toEqual([]);
  });
});

describe('status', () => {
  it.each<[string, RolloutStatus, number, string, string]>([
    ['Healthy', { phase: 'Healthy' }, 0, 'Healthy\n', ''],
    ['Paused', paused, 0, 'Paused - CanaryPauseStep\n', ''],
    [
      'Degraded',
      { phase: 'Degraded', message: 'RolloutAborted: x' },
      1,
      'Degraded\n',
      'Error: The rollout is in a degraded state with message: RolloutAborted: x\n',
    ],
  ])('prints %s once without a watch', async (_, status, code, stdout, stderr) => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout({ status }));
    expect(await sh.run('status demo --watch=false')).toEqual({ code, stdout, stderr });
  });

  it('prints every change and ends when the rollout is healthy, not when it pauses', async () => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout({ status: { phase: 'Progressing', message: 'more replicas need to be updated' } }));
    sh.onOutput = (text) => {
      if (text.endsWith('updated\n')) void setStatus(sh, { phase: 'Paused', message: 'CanaryPauseStep' });
      else if (text.endsWith('CanaryPauseStep\n')) void setStatus(sh, { phase: 'Healthy', message: '' });
    };
    expect(await sh.run('status demo')).toEqual({
      code: 0,
      stdout: 'Progressing - more replicas need to be updated\nPaused - CanaryPauseStep\nHealthy\n',
      stderr: '',
    });
  });

  it('ends with 1 when the rollout degrades', async () => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout({ status: paused }));
    sh.onOutput = (text) => {
      if (text.endsWith('Step\n')) void setStatus(sh, { phase: 'Degraded', message: 'RolloutAborted: x' });
    };
    expect(await sh.run('status demo -w')).toMatchObject({ code: 1, stdout: 'Paused - CanaryPauseStep\nDegraded\n' });
  });

  it('gives up after its time limit', async () => {
    const sh = shell(eagerClock);
    sh.api.seed(rollouts, aRollout({ status: paused }));
    expect(await sh.run('status demo -t 5s')).toMatchObject({ code: 1, stderr: 'Error: Rollout status watch exceeded timeout\n' });
  });

  it('exits with 130 when it is interrupted', async () => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout({ status: paused }));
    sh.onOutput = () => sh.stop.abort(new Error('stopped'));
    expect((await sh.run('status demo')).code).toBe(130);
  });
});

describe('get rollout', () => {
  it("draws the tree with ages in the cluster's time, in colour unless told not to", async () => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout({ status: paused }));
    const set = aReplicaSet('b', { revision: 2, image: 'registry.lab/demo:v2', replicas: 1 });
    sh.api.seed(replicaSets, set);
    sh.api.seed(pods, aPodOf(set, 'x'));
    const { stdout } = await sh.run('get rollout demo --no-color');
    expect(stdout).toMatch(/^Name: {12}demo\nNamespace: {7}lab\nStatus: {10}॥ Paused\n/);
    expect(stdout).toContain(
      '└──# revision:2\n   └──⧉ demo-b       ReplicaSet  ✔ Healthy  5m10s  canary\n      └──□ demo-b-x  Pod         ✔ Running  5m10s  ready:1/1\n',
    );
    expect((await sh.run('get ro demo')).stdout).toContain('\u001b[');
    expect((await sh.run('get ro demo', { TERM: 'dumb' })).stdout).toBe(stdout);
    expect((await sh.run('get ro demo', { NO_COLOR: '1' })).stdout).toBe(stdout);
  });

  it('draws again after a change until it is interrupted', async () => {
    const sh = shell(eagerClock);
    sh.api.seed(rollouts, aRollout({ status: paused }));
    sh.onOutput = (text) => {
      if (text.includes('✔ Healthy')) sh.stop.abort(new Error('stopped'));
      else void setStatus(sh, { phase: 'Healthy', message: '', controllerPause: false });
    };
    const { code, stdout } = await sh.run('get rollout demo -w --no-color');
    expect(code).toBe(130);
    const screens = stdout.split('\u001b[H\u001b[2J');
    expect(screens.at(1)).toContain('॥ Paused');
    expect(screens.at(-1)).toContain('✔ Healthy');
  });
});

describe('list rollouts', () => {
  it('says on stderr that there are none', async () => {
    expect(await shell().run('list rollouts')).toEqual({ code: 0, stdout: '', stderr: 'No resources found.\n' });
  });

  it('lists the namespace, or all of them', async () => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout({ status: paused }));
    sh.api.seed(rollouts, { ...aRollout(), metadata: { ...aRollout().metadata, namespace: 'shop', name: 'web', uid: 'other' } });
    expect((await sh.run('list rollouts')).stdout.split('\n').map((line) => line.split(/ +/)[0])).toEqual(['NAME', 'demo', '']);
    expect((await sh.run('list ro -A')).stdout.split('\n').map((line) => line.split(/ +/)[0])).toEqual(['NAMESPACE', 'lab', 'shop', '']);
    expect((await sh.run('list ro -A --name web')).stdout).not.toContain('demo');
  });

  it('prints a line whenever a column changes', async () => {
    const sh = shell();
    sh.api.seed(rollouts, aRollout({ status: paused }));
    sh.onOutput = (text) => {
      if (text.includes('Healthy')) sh.stop.abort(new Error('stopped'));
      else void setStatus(sh, { phase: 'Healthy', controllerPause: false });
    };
    const { stdout } = await sh.run('list rollouts --watch');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ +/)[2]),
    ).toEqual(['STATUS', 'Paused', 'Healthy']);
  });
});

describe('lint', () => {
  const rollout = (spec: object): string =>
    JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'demo' }, spec });
  const good = aRollout().spec;

  it.each([
    ['says nothing about a good rollout', rollout(good), 0, ''],
    [
      'finds a field that no schema has',
      rollout({ ...good, strategy: { canary: { ...good.strategy.canary, stableservice: 'x' } } }),
      1,
      'Error: error unmarshaling JSON: while decoding JSON: json: unknown field "spec.strategy.canary.stableservice"\n',
    ],
    [
      'finds a weight that is too large',
      rollout({ ...good, strategy: { canary: { ...good.strategy.canary, steps: [{ setWeight: 101 }] } } }),
      1,
      /SetWeight needs to be between 0 and 100/,
    ],
    ['skips other kinds', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n', 0, ''],
    ['finds YAML that is none', 'a: [', 1, /^Error: r\.yaml: /],
  ])('%s', async (_, text, code, stderr) => {
    const sh = shell();
    sh.files['r.yaml'] = text;
    const result = await sh.run('lint -f r.yaml');
    expect(result.code).toBe(code);
    expect(result.stderr).toEqual(typeof stderr === 'string' ? stderr : expect.stringMatching(stderr));
    expect(sh.connections).toEqual([]);
  });
});

it.each(['bash', 'zsh', 'fish', 'powershell'])('completion %s names the commands', async (name) => {
  const { code, stdout } = await shell().run(`completion ${name}`);
  expect(code).toBe(0);
  for (const word of ['promote', 'abort', 'undo']) expect(stdout).toContain(word);
});

it('version --short prints one line', async () => {
  expect((await shell().run('version --short')).stdout).toMatch(/^kubectl-argo-rollouts: v\d+\.\d+\.\d+\S*\n$/);
});
