import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { type K3sLauncher, testcontainersLauncher } from '../../src/cluster/k3s-launcher.ts';
import { sampleAppImages } from '../../src/cluster/local-image.ts';
import type { ClusterSpec } from '../../src/cluster/provider.ts';
import { K3sProvider } from '../../src/cluster/providers/k3s.ts';
import type { EmbeddedCluster } from '../../src/embedded/cluster.ts';
import { startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { FakeMachine } from '../support/fake-machine.ts';
import { expectNothingLeftAfterInterrupts } from '../support/provider-stage.ts';
import { projectRoot } from '../support/workplace.ts';

// The container is played by a launcher that hands out an embedded cluster; docker is a fake.
let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startEmbeddedCluster({ seed: 10, log: silentLog });
});
afterAll(async () => {
  await cluster.stop();
});
let machine: FakeMachine;
afterEach(async () => {
  await machine.remove();
});

class PlayedLauncher implements K3sLauncher {
  readonly log: string[] = [];
  failure: Error | undefined;
  importExitCode = 0;
  onStep: () => void = () => {};

  async missing(): Promise<undefined> {
    return undefined;
  }
  async start({ image, name, labels }: Parameters<K3sLauncher['start']>[0]): ReturnType<K3sLauncher['start']> {
    this.log.push(`start ${image} ${name} ${JSON.stringify(labels)}`);
    this.onStep();
    if (this.failure !== undefined) throw this.failure;
    await machine.put('containers', name);
    return {
      kubeconfig: cluster.kubeconfig,
      httpPort: 32768,
      copy: async (file, target) => {
        this.log.push(`copy ${path.basename(file)} ${target}`);
        this.onStep();
      },
      exec: async (argv) => {
        this.log.push(`exec ${argv.join(' ')}`);
        this.onStep();
        return { exitCode: this.importExitCode, output: 'ctr: cannot import' };
      },
      stop: async () => {
        this.log.push('stop');
        await machine.take('containers', name);
      },
    };
  }
}

const images = sampleAppImages('example.com/sample-app', ['1.0.0'], path.join(projectRoot, 'sample-app'));
const spec = (more: Partial<ClusterSpec> = {}): ClusterSpec => ({
  name: 'run-Ab12',
  directory: machine.directory,
  seed: 1,
  keep: false,
  images,
  ...more,
});
const provider = (launcher: K3sLauncher): K3sProvider => new K3sProvider({ tools: machine.toolbox(), launcher, progress: () => {} });

it('starts a labelled container, imports the images and stops it', async () => {
  machine = await FakeMachine.with(['docker']);
  const launcher = new PlayedLauncher();
  const ctx = machine.context();
  expect(await provider(launcher).create(spec(), ctx)).toMatchObject({
    provider: 'k3s',
    ingressUrl: 'http://127.0.0.1:32768',
    kubernetesVersion: cluster.kubernetesVersion,
  });
  expect(await machine.exists()).toEqual(['containers/canary-lab-run-ab12', 'images/example.com/sample-app:1.0.0']);
  await ctx.cleanup.run();
  expect(launcher.log).toEqual([
    'start rancher/k3s:v1.36.2-k3s1 canary-lab-run-ab12 {"canary-lab.internal/cluster":"canary-lab-run-ab12"}',
    'copy images.tar /images.tar',
    'exec ctr images import /images.tar',
    'stop',
  ]);
  expect(await machine.exists()).toEqual([]);
});

it.each([
  ['Could not find a working container runtime strategy', 'ENGINE_NOT_RUNNING'],
  ['(HTTP code 500) server error - unable to apply caps: operation not permitted', 'K3S_FAILED'],
  ['OCI runtime create failed: unable to apply caps: operation not permitted', 'PRIVILEGED_CONTAINERS_FORBIDDEN'],
  ['Log message "Node controller sync successful" not received after 120000ms for abc', 'NODE_NOT_READY'],
  ['(HTTP code 404) no such container - No such image: rancher/k3s:v1.36.2-k3s1', 'NODE_IMAGE_UNREACHABLE'],
])('explains "%s"', async (text, code) => {
  machine = await FakeMachine.with(['docker']);
  const launcher = new PlayedLauncher();
  launcher.failure = new Error(text);
  const ctx = machine.context();
  await expect(provider(launcher).create(spec(), ctx)).rejects.toMatchObject({
    code: code === 'K3S_FAILED' ? 'PRIVILEGED_CONTAINERS_FORBIDDEN' : code,
  });
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual([]);
});

it('says that an image could not be imported', async () => {
  machine = await FakeMachine.with(['docker']);
  const launcher = new PlayedLauncher();
  launcher.importExitCode = 1;
  const ctx = machine.context();
  await expect(provider(launcher).create(spec(), ctx)).rejects.toMatchObject({
    code: 'K3S_FAILED',
    cause: expect.objectContaining({ message: 'ctr: cannot import' }),
  });
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual([]);
});

it.each([1, 2, 3])('leaves nothing when it is interrupted at step %i', async (at) => {
  machine = await FakeMachine.with(['docker']);
  const launcher = new PlayedLauncher();
  const stop = new AbortController();
  let steps = 0;
  launcher.onStep = () => {
    steps += 1;
    if (steps === at) stop.abort(new Error('interrupted'));
  };
  const ctx = machine.context(stop.signal);
  await provider(launcher)
    .create(spec(), ctx)
    .then(
      () => undefined,
      (error: Error) => {
        expect(error.message).toBe('interrupted');
      },
    );
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual([]);
});

it('leaves nothing when it is interrupted at any command of the engine, as it starts or in the middle of it', async () => {
  await expectNothingLeftAfterInterrupts(
    async (env) => (machine = await FakeMachine.with(['docker'], env)),
    (on, onStart) => new K3sProvider({ tools: on.toolbox(onStart), launcher: new PlayedLauncher(), progress: () => {} }),
  );
}, 300_000);

it('waits for a start that it cannot cut short and stops what has come of it', async () => {
  machine = await FakeMachine.with(['docker']);
  const launcher = new PlayedLauncher();
  const stop = new AbortController();
  let goOn = (): void => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const start = launcher.start.bind(launcher);
  launcher.start = async (options) => {
    stop.abort(new Error('interrupted'));
    await held;
    return start(options);
  };
  const ctx = machine.context(stop.signal);
  await expect(provider(launcher).create(spec(), ctx)).rejects.toThrow('interrupted');
  const undone = ctx.cleanup.run();
  expect(ctx.cleanup.pending).toEqual(['k3s container "canary-lab-run-ab12"']);
  goOn();
  await undone;
  expect(launcher.log.at(-1)).toBe('stop');
  expect(await machine.exists()).toEqual([]);
});

it('refuses what it cannot do: to be kept, and a rootless engine', async () => {
  machine = await FakeMachine.with(['docker'], { FAKE_DOCKER: 'rootless' });
  await expect(provider(new PlayedLauncher()).create(spec({ keep: true }), machine.context())).rejects.toMatchObject({
    code: 'CANNOT_KEEP',
  });
  expect(await provider(new PlayedLauncher()).detect(machine.context())).toMatchObject({
    usable: false,
    why: expect.stringContaining('rootless'),
  });
});

it('has the testcontainers module at hand, loaded only when it is asked for', async () => {
  machine = await FakeMachine.with([]);
  expect(await testcontainersLauncher.missing()).toBeUndefined();
});
