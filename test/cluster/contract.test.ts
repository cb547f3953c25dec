import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Cleanup } from '../../src/base/cleanup.ts';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { RunContext } from '../../src/base/run-context.ts';
import { EmbeddedProvider } from '../../src/cluster/providers/embedded.ts';
import { ExistingProvider } from '../../src/cluster/providers/existing.ts';
import { KindProvider } from '../../src/cluster/providers/kind.ts';
import { MinikubeProvider } from '../../src/cluster/providers/minikube.ts';
import type { EmbeddedCluster } from '../../src/embedded/cluster.ts';
import { startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { Toolbox } from '../../src/tools/toolbox.ts';
import { FakeMachine } from '../support/fake-machine.ts';
import { KeptCluster } from '../support/kept-cluster.ts';
import { nodeOf } from '../support/node-of.ts';
import { projectRoot, Workplace } from '../support/workplace.ts';
import { describeClusterProvider, type ProviderStage } from './contract.ts';

function stageAt(
  place: Workplace,
  provider: ProviderStage['provider'],
  env: Record<string, string>,
  left: () => Promise<string[]>,
): ProviderStage {
  return {
    provider,
    spec: (name) => ({ name, directory: path.join(place.folder, '.canary-lab', 'contract', name), seed: 1, keep: false }),
    context: (signal = new AbortController().signal): RunContext => ({
      clock: hostClock,
      random: seededRandom(1),
      log: silentLog,
      signal,
      cleanup: new Cleanup(),
      env,
      workingDirectory: place.folder,
    }),
    left,
  };
}

async function withFolders(place: Workplace): Promise<void> {
  for (const name of ['contract-one', 'contract-two'])
    await mkdir(path.join(place.folder, '.canary-lab', 'contract', name), { recursive: true, mode: 0o700 });
}

let embedded: Workplace | undefined;
afterEach(async () => {
  await embedded?.remove();
  embedded = undefined;
});
describeClusterProvider('embedded', async () => {
  const place = (embedded = await Workplace.create());
  await withFolders(place);
  const env = { ...process.env, ...place.environment };
  return stageAt(
    place,
    new EmbeddedProvider([process.execPath, path.join(projectRoot, 'src', 'cli', 'main.ts'), 'cluster', 'serve']),
    env as Record<string, string>,
    () => place.lastingProcesses(),
  );
});

let kept: KeptCluster;
beforeAll(async () => {
  kept = await KeptCluster.up();
});
afterAll(async () => {
  await kept.down();
});
describeClusterProvider(
  'existing',
  async () => {
    const { place, shell } = kept;
    await withFolders(place);
    const tools = new Toolbox({
      clock: hostClock,
      env: shell,
      cacheDirectory: path.join(place.folder, '.canary-lab', 'cache'),
      workingDirectory: place.folder,
      sources: 'npm',
    });
    const before = await objectsOf(kept);
    return stageAt(place, new ExistingProvider({ tools, confirm: async () => false }), shell, async () =>
      (await objectsOf(kept)).filter((name) => !before.includes(name)),
    );
  },
  {
    skip: [
      { test: 'holds two clusters at once that do not meet', reason: 'one context is one cluster' },
      { test: 'ends the cluster when it is told to, and again without complaint', reason: 'it never ends a cluster that it did not make' },
    ],
  },
);

async function objectsOf(cluster: KeptCluster): Promise<string[]> {
  const { output } = await cluster.type('kubectl', ['get', 'namespaces,crds,clusterroles,ingressclasses', '-o', 'name']);
  return output.split('\n').sort();
}

// kind and minikube are fakes here, each with an embedded cluster as its node: what they would run is real up to their argv.
let node: Record<string, string>;
let behind: EmbeddedCluster;
let machine: FakeMachine | undefined;
beforeAll(async () => {
  behind = await startEmbeddedCluster({ seed: 11, chartsDirectory: path.join(projectRoot, 'charts', 'embedded'), log: silentLog });
  node = { ...(await nodeOf(behind)), FAKE_INGRESS_PORT: '' };
});
afterAll(async () => {
  await behind.stop();
});
afterEach(async () => {
  await machine?.remove();
  machine = undefined;
});
const oneNode = [
  {
    test: 'holds two clusters at once that do not meet',
    reason: 'one embedded cluster stands behind both; their own tests cover names and ports',
  },
  { test: 'ends the cluster when it is told to, and again without complaint', reason: 'the embedded cluster behind the fake goes on' },
];
for (const name of ['kind', 'minikube'] as const) {
  describeClusterProvider(
    name,
    async () => {
      const on = (machine = await FakeMachine.with([name, 'docker'], node));
      const shared = { tools: on.toolbox(), logsFolder: path.join(on.folder, 'logs'), progress: () => {} };
      await mkdir(path.join(on.directory, 'contract-one'));
      return {
        provider:
          name === 'kind'
            ? new KindProvider({ ...shared, configFile: path.join(projectRoot, 'kind', 'cluster.yaml') })
            : new MinikubeProvider(shared),
        spec: (run) => ({ name: run, directory: path.join(on.directory, run), seed: 1, keep: false }),
        context: (signal) => on.context(signal),
        left: () => on.exists(),
      };
    },
    { skip: oneNode },
  );
}
