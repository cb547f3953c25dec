import net, { type AddressInfo, type Socket } from 'node:net';
import * as k8s from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { hostClock } from '../src/base/clock.ts';
import { poll } from '../src/base/poll.ts';
import { type Random, seededRandom } from '../src/base/random.ts';
import { startTestServer, type TestServer } from '../src/embedded/apiserver/test-api-server.ts';
import { MemoryStore } from '../src/embedded/store/memory-store.ts';
import type { KubeApi } from '../src/kube/kube-api.ts';
import { configMaps, namespaces } from '../src/kube/resource-type.ts';

const OBJECTS = 1000;
const WRITES_PER_SECOND = 200;
const WRITES = 500;
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const TOGETHER = 5;

/** Passes connections on to the server, and cuts them when it is told to. */
class Line {
  readonly #sockets = new Set<Socket>();
  readonly #server: net.Server;

  constructor(port: number) {
    this.#server = net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }
}

/** Random creations, changes and deletions, 200 each second, with cut connections and compactions in between. */
async function churn(api: KubeApi, namespace: string, random: Random, line: Line, store: MemoryStore): Promise<void> {
  const name = (): string => `c-${random.below(OBJECTS)}`;
  const beginMs = hostClock.nowMs();
  // As many on a slow machine: what is cut and compacted follows from the seed alone.
  for (let written = 0; written < WRITES; ) {
    const due = Math.min(WRITES, Math.floor(((hostClock.nowMs() - beginMs) / 1000) * WRITES_PER_SECOND));
    for (; written < due; written++) {
      const key = { namespace, name: name() };
      const present = await api.get(configMaps, key);
      if (present === undefined) await api.create(configMaps, { metadata: key, data: { n: String(random.below(1e6)) } });
      else if (random.below(4) === 0) await api.delete(configMaps, key);
      else await api.patch(configMaps, key, { type: 'merge', body: { data: { n: String(random.below(1e6)) } } });
      if (random.below(120) === 0) line.cut();
      if (random.below(150) === 0) store.compact(store.revision - random.below(50));
    }
    await hostClock.sleep(10);
  }
}

const shown = (
  items: readonly { metadata?: { name?: string | undefined; resourceVersion?: string | undefined } | undefined }[],
): string[] => items.map(({ metadata }) => `${metadata?.name}@${metadata?.resourceVersion}`).sort();

async function followed(
  server: TestServer,
  store: MemoryStore,
  seed: number,
): Promise<{ cached: string[]; stored: string[]; relists: number }> {
  const namespace = `churn-${seed}`;
  const random = seededRandom(seed);
  const api = server.admin;
  await api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } as never);
  for (let i = 0; i < OBJECTS; i++) await api.create(configMaps, { metadata: { namespace, name: `c-${i}` }, data: { n: '0' } });
  const line = new Line(Number(new URL(server.url).port));
  const config = new k8s.KubeConfig();
  config.loadFromString(server.server.adminKubeconfig({ server: `https://127.0.0.1:${await line.open()}` }));
  let relists = 0;
  const list = (): Promise<k8s.V1ConfigMapList> => {
    relists += 1;
    return config.makeApiClient(k8s.CoreV1Api).listNamespacedConfigMap({ namespace });
  };
  const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list);
  let isOver = false;
  informer.on('error', () => {
    void hostClock.sleep(50).then(() => {
      if (!isOver) informer.start().catch(() => {});
    });
  });
  try {
    await informer.start();
    await churn(api, namespace, random, line, store);
    const stored = async (): Promise<string[]> => shown((await api.list(configMaps, { namespace })).items);
    await poll(
      async () => JSON.stringify(shown(informer.list())) === JSON.stringify(await stored()),
      { until: (isSame) => isSame, everyMs: 50, timeoutMs: 60_000, what: 'the informer to catch up' },
      { clock: hostClock },
    );
    return { cached: shown(informer.list()), stored: await stored(), relists };
  } finally {
    isOver = true;
    await informer.stop();
    line.close();
  }
}

it.each(Array.from({ length: SEEDS.length / TOGETHER }, (_, group) => group))(
  `ends with exactly what is stored after churn, cut connections and compactions (group %i of ${SEEDS.length} seeds)`,
  async (group) => {
    const store = new MemoryStore();
    const server = await startTestServer({ store });
    try {
      const results = await Promise.all(SEEDS.slice(group * TOGETHER, (group + 1) * TOGETHER).map((seed) => followed(server, store, seed)));
      for (const { cached, stored } of results) {
        expect(stored.length).toBeGreaterThan(OBJECTS / 2);
        expect(cached).toEqual(stored);
      }
      // Some informer lost its place and had to list again, or the test would not show what it says.
      expect(Math.max(...results.map(({ relists }) => relists))).toBeGreaterThan(1);
    } finally {
      await server.stop();
    }
  },
  240_000,
);
