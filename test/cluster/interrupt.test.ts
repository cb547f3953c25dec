import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { FakeMachine, type FakeProgram } from '../support/fake-machine.ts';
import { InterruptibleRun } from '../support/interruptible-run.ts';
import { KeptCluster } from '../support/kept-cluster.ts';
import { nodeOf } from '../support/node-of.ts';
import { Workplace } from '../support/workplace.ts';

// Ctrl-C as a terminal sends it: to the program and to every program that it runs at that moment, those that undo things too.
let kept: KeptCluster;
beforeAll(async () => {
  kept = await KeptCluster.up();
});
afterAll(async () => {
  await kept.down();
});

describe.each<[cluster: FakeProgram, commands: string[]]>([
  [
    'kind',
    [
      'kind version',
      'docker info',
      'docker network ls',
      'kind get clusters',
      'kind create',
      'docker build',
      'kind load',
      'docker image rm',
      'kind delete',
      'docker network rm',
    ],
  ],
  ['minikube', ['docker info', 'minikube start', 'minikube image load', 'minikube delete']],
])('a lab on %s', (cluster, commands) => {
  let place: Workplace;
  let machine: FakeMachine;
  let env: Record<string, string>;
  beforeEach(async () => {
    [place, machine] = await Promise.all([Workplace.create(), FakeMachine.with([cluster, 'docker'])]);
    const file = path.join(path.dirname(kept.shell['KUBECONFIG']!), 'cluster.json');
    const announcement = JSON.parse(await readFile(file, 'utf8')) as { server: string; ingressUrl: string };
    env = {
      ...machine.env,
      ...(await nodeOf({ ...announcement, kubeconfig: await readFile(kept.shell['KUBECONFIG']!, 'utf8') })),
      PATH: [path.join(machine.folder, 'bin'), path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
      HOME: place.home,
      CANARY_LAB_CLIENTS: '',
      FAKE_SLOW_MS: '100',
    };
  });
  afterEach(async () => {
    await place.remove();
    await machine.remove();
  });
  const start = (): InterruptibleRun => new InterruptibleRun(['lab', '--cluster', cluster, '--until', 'cluster'], place, env);
  const called = async (run: InterruptibleRun, command: string): Promise<void> => {
    const isCalled = async (): Promise<boolean> => (await machine.calls()).some((call) => call.startsWith(command));
    const ended = run.exitCode.then(async (code) => {
      if (!(await isCalled())) throw new Error(`It ended with exit code ${code} before it called "${command}":\n${run.tail}`);
    });
    await Promise.race([ended, expect.poll(isCalled, { timeout: 120_000, interval: 10 }).toBe(true)]);
  };

  it.each(commands.map((command, index) => [command, index % 2 === 0 ? 'SIGINT' : 'SIGTERM'] as const))(
    'ends with exit code 130 and leaves nothing when "%s" gets a %s',
    async (command, signal) => {
      // Whatever the machine does meanwhile, the command is not over when the signal comes.
      env['FAKE_HOLD'] = command;
      const run = start();
      await called(run, command);
      run.signal(signal);
      await machine.release();
      expect(await run.exitCode, run.tail).toBe(130);
      expect(await machine.exists(), run.tail).toEqual([]);
      expect(await place.leftovers()).toEqual([]);
    },
    180_000,
  );

  it('says at the second Ctrl-C what is still to go, goes on, and leaves at the third with the words of what may be left', async () => {
    env['FAKE_SLOW_MS'] = '1500';
    env['FAKE_HOLD'] = `${cluster} delete`;
    const run = start();
    await called(run, commands.find((command) => /start|create/.test(command))!);
    await run.pressUntilSaid('Still taking back what the run made: ');
    expect(run.output).toMatch(/Still taking back what the run made: .*canary-lab-run-.*\. Ctrl-C once more leaves at once\.\n/);
    await run.pressUntilSaid('Left at once; this may still be there: ');
    expect(await run.exitCode, run.tail).toBe(130);
    expect(run.output).toContain('\nNext: npm run doctor -- --leftovers\n');
    // What was being removed at that moment is removed to its end.
    await machine.release();
    await expect
      .poll(async () => (await machine.exists()).filter((name) => !name.startsWith('networks/')), { timeout: 30_000 })
      .toEqual([]);
  }, 180_000);
});

describe('a lab on an existing cluster', () => {
  const objects = async (): Promise<string[]> => {
    const { output } = await kept.type('kubectl', [
      'get',
      'namespaces,crds,clusterroles,ingressclasses,validatingwebhookconfigurations',
      '-o',
      'name',
    ]);
    return output.split('\n').sort();
  };
  let before: string[];
  beforeAll(async () => {
    before = await objects();
  });
  const start = (onLine?: (line: string) => void, env: Record<string, string> = {}): InterruptibleRun =>
    new InterruptibleRun(
      ['lab', '--cluster', 'existing', '--until', 'sample-app', '--json'],
      kept.place,
      { KUBECONFIG: kept.shell['KUBECONFIG']!, ...env },
      onLine,
    );
  /** The real helm, which stops before it removes `release` until there is the file `go`; it makes the file `stopped` then. */
  const holdingHelm = async (release: string): Promise<{ env: Record<string, string>; stopped: string; go: string }> => {
    const folder = path.join(kept.place.folder, `out-${release}`);
    await mkdir(folder);
    const [stopped, go] = [path.join(folder, 'stopped'), path.join(folder, 'go')];
    const helm = await npmCopy('helm', path.join(kept.place.folder, '.canary-lab', 'cache'));
    await writeFile(
      path.join(folder, 'helm'),
      `#!/bin/sh
case " $* " in
  *" uninstall ${release} "*)
    : >'${stopped}'
    while [ ! -e '${go}' ]; do sleep 0.05; done
    ;;
esac
exec '${helm}' "$@"
`,
      { mode: 0o755 },
    );
    return { env: { CANARY_LAB_CLIENTS: 'path', PATH: `${folder}${path.delimiter}${kept.shell['PATH']}` }, stopped, go };
  };
  const expectNothingLeft = async (run: InterruptibleRun): Promise<void> => {
    expect(await run.exitCode, run.tail).toBe(130);
    expect(await objects(), run.tail).toEqual(before);
    expect(await kept.place.runFolders()).toEqual([]);
  };

  it.each([
    ['helm repo add ingress-nginx', 'SIGINT'],
    ['helm install ingress-nginx', 'SIGTERM'],
    ['kubectl rollout status', 'SIGINT'],
    ['helm install argo-rollouts', 'SIGINT'],
    ['--name-template sample-app', 'SIGTERM'],
  ] as const)(
    'leaves the cluster as it was when "%s" gets a %s',
    async (command, signal) => {
      const run = start((line) => {
        const event = JSON.parse(line) as { type: string; command?: string };
        if (event.type === 'command-started' && event.command?.includes(command) === true) run.signal(signal);
      });
      await expectNothingLeft(run);
      expect(run.output).toContain(command);
    },
    180_000,
  );

  it.skipIf(process.platform !== 'linux').each(['sample-app', 'argo-rollouts', 'ingress-nginx'])(
    'leaves the cluster as it was when Ctrl-C comes while the release %s is being removed',
    async (release) => {
      const { env, stopped, go } = await holdingHelm(release);
      const run = start(undefined, env);
      await expect.poll(() => existsSync(stopped), { interval: 20, timeout: 150_000 }).toBe(true);
      run.signal('SIGINT');
      await writeFile(go, '');
      await expectNothingLeft(run);
    },
    180_000,
  );
});
