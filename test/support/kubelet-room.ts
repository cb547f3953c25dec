import { Activity } from '../../src/base/activity.ts';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import type { ControllerDeps } from '../../src/embedded/controllers/controller.ts';
import type { ImageProgram } from '../../src/embedded/images/image-program.ts';
import { createImageTable } from '../../src/embedded/images/image-table.ts';
import { createKubelet, type Kubelet } from '../../src/embedded/kubelet/kubelet.ts';
import type { KubeletDeps } from '../../src/embedded/kubelet/kubelet-deps.ts';
import { clusterNodes } from '../../src/embedded/network/cluster-nodes.ts';
import { createClusterNetwork, type EmbeddedNetwork } from '../../src/embedded/network/embedded-network.ts';
import { EventRecorder } from '../../src/kube/event-recorder.ts';
import type { Container, Event, Pod, PodSpec } from '../../src/kube/generated/types.ts';
import { InformerFactory } from '../../src/kube/informer.ts';
import { events, pods } from '../../src/kube/resource-type.ts';
import { createFakeKubeApi, type FakeKubeApi } from './fake-kube-api.ts';

export interface KubeletRoom extends AsyncDisposable {
  api: FakeKubeApi;
  clock: VirtualClock;
  activity: Activity;
  network: EmbeddedNetwork;
  kubelet: Kubelet;
  deps: ControllerDeps;
  /** Seeds a Pod that is bound to the node, and settles. */
  bind(spec: Partial<PodSpec> & { containers: Container[] }, metadata?: { name?: string; labels?: Record<string, string> }): Promise<Pod>;
  /** The Pod as it is now; throws when it is gone. */
  pod(name?: string): Pod;
  settled(): Promise<void>;
  advance(ms: number): Promise<void>;
  eventTexts(): string[];
}

/** A kubelet and its network on a fake API and a stopped clock, without controllers. Time starts at 2025-01-01T00:00:00Z. */
export async function openKubeletRoom(
  programs: Readonly<Record<string, ImageProgram>> = {},
  deps: Partial<Pick<KubeletDeps, 'tokenProblem'>> = {},
): Promise<KubeletRoom> {
  const activity = new Activity();
  const clock = new VirtualClock({ host: hostClock, activity, startMs: Date.UTC(2025, 0, 1), rate: 0 });
  const random = seededRandom(11);
  const api = createFakeKubeApi({ clock, random, activity });
  const informers = new InformerFactory(api, { clock, log: silentLog });
  const shared: ControllerDeps = {
    api,
    informers,
    clock,
    random,
    log: silentLog,
    activity,
    events: new EventRecorder(api, { component: 'kubelet', host: 'node-1' }, { clock, random, log: silentLog }),
  };
  const network = createClusterNetwork({
    informers,
    random,
    clock,
    apiServerAddress: () => ({ host: '127.0.0.1', port: 1 }),
    firstHostPorts: {},
  });
  const end = new AbortController();
  const kubelet = createKubelet({
    ...shared,
    hostClock,
    network,
    images: createImageTable(programs),
    node: { ...clusterNodes(1)[0]!, name: 'node-1' },
    apiService: { ip: '10.96.0.1', port: 443 },
    kubernetesVersion: 'v1.34.0',
    apiFor: () => api,
    issueToken: ({ name }) => `token of ${name}`,
    tokenProblem: () => undefined,
    ...deps,
  });
  await informers.start(end.signal);
  await kubelet.start(end.signal);
  const pod = (name = 'web-1'): Pod => {
    const found = api.all(pods).find((candidate) => candidate.metadata.name === name);
    if (found === undefined) throw new Error(`no pod ${name}`);
    return found;
  };
  return {
    api,
    clock,
    activity,
    network,
    kubelet,
    deps: shared,
    pod,
    async bind(spec, metadata = {}) {
      const name = metadata.name ?? 'web-1';
      api.seed(pods, {
        metadata: { namespace: 'default', ...metadata, name },
        spec: { nodeName: 'node-1', restartPolicy: 'Always', ...spec },
        status: { phase: 'Pending' },
      });
      await activity.settled();
      return pod(name);
    },
    settled: () => activity.settled(),
    async advance(ms) {
      await clock.advanceTo(clock.nowMs() + ms);
      await activity.settled();
    },
    eventTexts: () => api.all(events).map(({ reason, message }: Event) => `${reason}: ${message}`),
    async [Symbol.asyncDispose]() {
      end.abort();
      clock.stop();
      await kubelet.stop();
      await network.close();
    },
  };
}

/** A program that serves 200 on 8080 and ends with 0 when it is told to. */
export function servingProgram(handler?: import('node:http').RequestListener): ImageProgram {
  return {
    async run(ctx) {
      const { createServer } = await import('node:http');
      await ctx.listen(8080, createServer(handler ?? ((_request, response) => response.end(`${ctx.pod.name}\n`))));
      ctx.log('serving');
      await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve(), { once: true }));
      return 0;
    },
  };
}
