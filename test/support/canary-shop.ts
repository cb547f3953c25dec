import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { poll } from '../../src/base/poll.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { keyOf } from '../../src/kube/object.ts';
import { deployments, ingresses, pods, services } from '../../src/kube/resource-type.ts';
import { type BackgroundProbe, startBackgroundProbe } from '../../src/traffic/background-probe.ts';
import { jsonKey } from '../../src/traffic/load-report.ts';
import { installIngress, shopImage, shopIngress } from './shop-cluster.ts';

const WEIGHT = 'nginx.ingress.kubernetes.io/canary-weight';
const CANARY_INGRESS = { namespace: 'default', name: 'shop-canary' };
export const STABLE_VERSION = '1.0.0';
export const CANARY_VERSION = '2.0.0';

/** A whole embedded cluster with an ingress controller, stable and canary Deployments of two Pods, and the pair of Ingresses. */
export class CanaryShop {
  readonly cluster: EmbeddedCluster;

  private constructor(cluster: EmbeddedCluster) {
    this.cluster = cluster;
  }

  static async start(options: { seed: number; ingressPort: number; rate: number }): Promise<CanaryShop> {
    const cluster = await startEmbeddedCluster({ ...options, log: silentLog });
    const shop = new CanaryShop(cluster);
    await installIngress(cluster);
    await shop.#track('shop', STABLE_VERSION);
    await shop.#track('shop-canary', CANARY_VERSION);
    await cluster.api.create(ingresses, shopIngress({ namespace: 'default', name: 'shop' }));
    await shop.createCanaryIngress(0);
    await shop.available('shop', 2);
    await shop.available('shop-canary', 2);
    const probe = shop.load(20);
    await shop.until('the ingress to answer', () => (probe.peek().byKey[STABLE_VERSION] ?? 0) > 0);
    await probe.stop();
    return shop;
  }

  /** Requests through the ingress at a constant rate, counted by the version that answered. */
  load(ratePerSecond: number): BackgroundProbe {
    return startBackgroundProbe(
      new URL(this.cluster.ingressUrl),
      { ratePerSecond, host: 'shop.test', path: '/success', keyOf: jsonKey('version') },
      { clock: hostClock, signal: new AbortController().signal },
    );
  }

  async createCanaryIngress(weight: number): Promise<void> {
    await this.cluster.api.create(
      ingresses,
      shopIngress(CANARY_INGRESS, { 'nginx.ingress.kubernetes.io/canary': 'true', [WEIGHT]: String(weight) }),
    );
  }

  async deleteCanaryIngress(): Promise<void> {
    await this.cluster.api.delete(ingresses, CANARY_INGRESS);
  }

  async setWeight(weight: number): Promise<void> {
    await this.cluster.api.patch(ingresses, CANARY_INGRESS, {
      type: 'merge',
      body: { metadata: { annotations: { [WEIGHT]: String(weight) } } },
    });
  }

  async scale(name: string, replicas: number): Promise<void> {
    await this.cluster.api.patch(
      deployments,
      { namespace: 'default', name },
      { type: 'merge', body: { spec: { replicas } } },
      { subresource: 'scale' },
    );
  }

  /** Deletes every Pod with the label at once. */
  async deletePods(namespace: string, app: string): Promise<void> {
    const { items } = await this.cluster.api.list(pods, { namespace, labelSelector: `app=${app}` });
    await Promise.all(items.map((pod) => this.cluster.api.delete(pods, keyOf(pod))));
  }

  /** Resolves when exactly `count` Pods of the Deployment exist and are available. */
  available(name: string, count: number, namespace = 'default', app = name): Promise<void> {
    return this.until(`${count} available Pods of ${name}`, async () => {
      const all = (await this.cluster.api.list(pods, { namespace, labelSelector: `app=${app}` })).items;
      const { status, metadata } = (await this.cluster.api.get(deployments, { namespace, name }))!;
      return all.length === count && status?.observedGeneration === metadata.generation && (status?.availableReplicas ?? 0) === count;
    });
  }

  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    await poll(holds, { until: Boolean, everyMs: 10, timeoutMs: 30_000, what }, { clock: hostClock });
  }

  /** Resolves when `count` more requests have been answered. */
  async answered(probe: BackgroundProbe, count: number): Promise<void> {
    const before = probe.peek().requests;
    await this.until(`${count} answers`, () => probe.peek().requests - before >= count);
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }

  async #track(name: string, version: string): Promise<void> {
    const { api } = this.cluster;
    const labels = { app: name };
    await api.create(services, {
      metadata: { namespace: 'default', name },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 'http' }] },
    });
    await api.create(deployments, {
      metadata: { namespace: 'default', name },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: 'shop',
                image: shopImage(version),
                ports: [{ name: 'http', containerPort: 8080 }],
                readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    });
  }
}
