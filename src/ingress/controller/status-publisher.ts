import type { Activity } from '../../base/activity.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Ingress, IngressLoadBalancerIngress, Service } from '../../kube/generated/types.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { keyOf } from '../../kube/object.ts';
import { ingresses, nodes, pods } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import type { ControllerFlags } from './controller-flags.ts';
import { fixedAddresses, serviceAddresses } from './status-addresses.ts';

export interface StatusPublisherOptions {
  api: KubeApi;
  clock: Clock;
  log: Log;
  activity: Activity;
  flags: ControllerFlags;
  pod: { name: string; namespace: string; labels: Readonly<Record<string, string>> };
  /** The Ingresses that we handle, canaries included. */
  handled(): readonly Ingress[];
  findService(namespace: string, name: string): Service | undefined;
}

/** Writes our address to `status.loadBalancer` of every Ingress that we handle: when elected, and then at every interval. */
export class StatusPublisher {
  readonly #options: StatusPublisherOptions;
  #isRunning = false;

  constructor(options: StatusPublisherOptions) {
    this.#options = options;
  }

  /** Publishes while `isLeader` holds, until the signal aborts. A second call while one runs does nothing. */
  async run(isLeader: () => boolean, signal: AbortSignal): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (!signal.aborted && isLeader()) {
      await this.#options.activity.during('ingress status', () => this.publish());
      await this.#options.clock.sleep(this.#options.flags.statusUpdateIntervalMs, signal).catch(() => {});
    }
    this.#isRunning = false;
  }

  async publish(): Promise<void> {
    const addresses = await this.#addresses().catch((error: unknown) => {
      this.#options.log.warn(`no status address: ${messageOf(error)}`);
      return undefined;
    });
    if (addresses !== undefined) await this.#write(addresses);
  }

  /** At the end: takes the addresses away unless another controller Pod runs. */
  async withdraw(): Promise<void> {
    const running = await this.#runningPods();
    if (running.some((pod) => pod.metadata.name !== this.#options.pod.name)) return;
    await this.#write([]);
  }

  async #addresses(): Promise<IngressLoadBalancerIngress[]> {
    const { api, flags } = this.#options;
    if (flags.publishStatusAddress.length > 0) return fixedAddresses(flags.publishStatusAddress);
    if (flags.publishService !== '') {
      const [namespace, name] = flags.publishService.split('/');
      return serviceAddresses(this.#options.findService(namespace!, name ?? ''));
    }
    const names = new Set((await this.#runningPods()).map((pod) => pod.spec?.nodeName).filter((name) => name !== undefined));
    const found = await Promise.all([...names].map((name) => api.get(nodes, { name })));
    return fixedAddresses(
      found.flatMap(
        (node) =>
          node?.status?.addresses
            ?.filter(({ type }) => type === 'InternalIP')
            .map(({ address }) => address)
            .slice(0, 1) ?? [],
      ),
    );
  }

  async #runningPods() {
    const { api, pod } = this.#options;
    const labels = Object.entries(pod.labels).filter(
      ([name]) => !['pod-template-hash', 'controller-revision-hash', 'pod-template-generation'].includes(name),
    );
    const { items } = await api.list(pods, {
      namespace: pod.namespace,
      labelSelector: labels.map(([name, value]) => `${name}=${value}`).join(','),
    });
    return items.filter((item) => item.metadata.deletionTimestamp === undefined && item.status?.phase === 'Running');
  }

  async #write(addresses: IngressLoadBalancerIngress[]): Promise<void> {
    const wanted = JSON.stringify(addresses);
    for (const ingress of this.#options.handled()) {
      const present = (ingress.status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => (ip ? { ip } : { hostname }));
      if (JSON.stringify(present) === wanted) continue;
      try {
        // The informer may be behind: annotations of a canary Ingress change often.
        const current = await this.#options.api.get(ingresses, keyOf(ingress));
        if (current === undefined) continue;
        await this.#options.api.update(
          ingresses,
          { ...structuredClone(current), status: { loadBalancer: addresses.length > 0 ? { ingress: addresses } : {} } },
          { subresource: 'status' },
        );
      } catch (error) {
        // The next interval looks again.
        if (!isStatus(error, 'Conflict', 'NotFound'))
          this.#options.log.warn(`status of Ingress ${ingress.metadata.namespace}/${ingress.metadata.name}: ${messageOf(error)}`);
      }
    }
  }
}
