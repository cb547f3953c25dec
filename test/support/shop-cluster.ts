import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { poll } from '../../src/base/poll.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import type { Deployment, Ingress, Pod } from '../../src/kube/generated/types.ts';
import { type Draft, keyOf, type ObjectKey } from '../../src/kube/object.ts';
import {
  clusterRoleBindings,
  deployments,
  endpointSlices,
  ingressClasses,
  ingresses,
  namespaces,
  pods,
  serviceAccounts,
  services,
} from '../../src/kube/resource-type.ts';
import { startBackgroundProbe } from '../../src/traffic/background-probe.ts';
import { jsonKey, type LoadReport } from '../../src/traffic/load-report.ts';

const SHOP = { namespace: 'default', name: 'shop' };
const LABELS = { app: 'shop' };
export const shopImage = (tag: string): string => `ghcr.io/canary-lab/sample-app:${tag}`;

/** What sends the requests for `shop.test` to the Service of the same name. */
export function shopIngress(key: Required<ObjectKey>, annotations: Record<string, string> = {}): Draft<Ingress> {
  const service = { name: key.name, port: { number: 80 } };
  return {
    metadata: { ...key, annotations },
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host: 'shop.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service } }] } }],
    },
  };
}

/** A whole embedded cluster with an ingress controller and a Deployment of four Pods behind a Service and an Ingress. */
export class ShopCluster {
  readonly cluster: EmbeddedCluster;

  private constructor(cluster: EmbeddedCluster) {
    this.cluster = cluster;
  }

  static async start(options: { seed: number; ingressPort: number; rate: number }): Promise<ShopCluster> {
    const cluster = await startEmbeddedCluster({ ...options, log: silentLog });
    const { api } = cluster;
    const shop = new ShopCluster(cluster);
    await installIngress(cluster);
    await api.create(services, { metadata: SHOP, spec: { selector: LABELS, ports: [{ port: 80, targetPort: 'http' }] } });
    await api.create(ingresses, shopIngress(SHOP));
    await api.create(deployments, {
      metadata: SHOP,
      spec: {
        replicas: 4,
        selector: { matchLabels: LABELS },
        template: {
          metadata: { labels: LABELS },
          spec: {
            containers: [
              {
                name: 'shop',
                image: shopImage('1.0.0'),
                ports: [{ name: 'http', containerPort: 8080 }],
                readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    });
    await shop.rolledOut();
    const probe = shop.load(20);
    await shop.until('the ingress to answer', () => (probe.peek().byKey['1.0.0'] ?? 0) > 0);
    await probe.stop();
    return shop;
  }

  /** Requests through the ingress at a constant rate, counted by the version that answered. */
  load(ratePerSecond: number): ReturnType<typeof startBackgroundProbe> {
    return startBackgroundProbe(
      new URL(this.cluster.ingressUrl),
      { ratePerSecond, host: 'shop.test', path: '/success', keyOf: jsonKey('version') },
      { clock: hostClock, signal: new AbortController().signal },
    );
  }

  async deployment(): Promise<Deployment> {
    return (await this.cluster.api.get(deployments, SHOP))!;
  }

  async pods(): Promise<Pod[]> {
    return (await this.cluster.api.list(pods, { namespace: 'default', labelSelector: 'app=shop' })).items.filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
  }

  /** Resolves when the Deployment is as its spec says and no Pod of it is ending. */
  rolledOut(): Promise<void> {
    return this.until('the Deployment to be rolled out', async () => {
      const { metadata, spec, status } = await this.deployment();
      const all = (await this.cluster.api.list(pods, { namespace: 'default', labelSelector: 'app=shop' })).items;
      return (
        status?.observedGeneration === metadata.generation &&
        [status?.replicas, status?.updatedReplicas, status?.availableReplicas, all.length].every((count) => (count ?? 0) === spec.replicas)
      );
    });
  }

  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    await poll(holds, { until: Boolean, everyMs: 10, timeoutMs: 40_000, what }, { clock: hostClock });
  }

  /** A new image, Pods deleted by hand, fewer and more replicas, one after the other and on top of one another. */
  async churn(tag: string): Promise<void> {
    const { api } = this.cluster;
    await api.patch(deployments, SHOP, {
      type: 'strategic',
      body: { spec: { template: { spec: { containers: [{ name: 'shop', image: shopImage(tag) }] } } } },
    });
    await this.until('the first new Pod', async () => ((await this.deployment()).status?.updatedReplicas ?? 0) > 0);
    await this.rolledOut();
    const victim = (await this.pods())[0]!;
    await api.delete(pods, keyOf(victim));
    await this.rolledOut();
    for (const replicas of [2, 6, 4]) {
      await api.patch(deployments, SHOP, { type: 'merge', body: { spec: { replicas } } }, { subresource: 'scale' });
      await this.rolledOut();
    }
    const [first, second] = await this.pods();
    await Promise.all([first!, second!].map((pod) => api.delete(pods, keyOf(pod))));
    await api.patch(deployments, SHOP, {
      type: 'strategic',
      body: { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': tag } } } } },
    });
    await this.rolledOut();
  }

  /** One churn under load. */
  async churnUnderLoad(tag: string, ratePerSecond: number): Promise<LoadReport> {
    const probe = this.load(ratePerSecond);
    try {
      await this.churn(tag);
    } finally {
      await probe.stop();
    }
    return probe.peek();
  }

  async slicesOfShop(): Promise<number> {
    return (await this.cluster.api.list(endpointSlices, { namespace: 'default', labelSelector: 'kubernetes.io/service-name=shop' })).items
      .length;
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }
}

/** The controller as the chart would install it, without the admission webhook. */
export async function installIngress({ api }: EmbeddedCluster): Promise<void> {
  const namespace = 'ingress-nginx';
  const labels = { app: 'ingress-nginx' };
  await api.create(namespaces, { metadata: { name: namespace }, spec: {} });
  await api.create(serviceAccounts, { metadata: { namespace, name: namespace } });
  await api.create(clusterRoleBindings, {
    metadata: { name: namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: namespace, namespace }],
  });
  await api.create(ingressClasses, { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } });
  await api.create(deployments, {
    metadata: { namespace, name: 'controller' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: namespace,
          containers: [
            {
              name: 'controller',
              image: 'registry.k8s.io/ingress-nginx/controller:v1.9.4',
              args: [
                '/nginx-ingress-controller',
                '--election-id=leader',
                '--controller-class=k8s.io/ingress-nginx',
                '--ingress-class=nginx',
                '--configmap=$(POD_NAMESPACE)/controller',
              ],
              env: ['POD_NAME', 'POD_NAMESPACE'].map((name) => ({
                name,
                valueFrom: { fieldRef: { fieldPath: `metadata.${name.slice(4).toLowerCase()}` } },
              })),
              ports: [
                { name: 'http', containerPort: 80, hostPort: 80 },
                { name: 'https', containerPort: 443, hostPort: 443 },
              ],
              readinessProbe: { httpGet: { path: '/healthz', port: 10_254 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  });
}
