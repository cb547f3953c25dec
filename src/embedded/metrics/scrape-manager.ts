import { nextTurn } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { InformerFactory } from '../../kube/informer.ts';
import { meetsAll, parseLabelSelector } from '../../kube/label-selector.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { endpoints, pods, services } from '../../kube/resource-type.ts';
import { kubernetesTargets, TYPES_OF_ROLE } from './kubernetes-targets.ts';
import { type Labels, labelsKey } from './labels.ts';
import { type Monitor, monitorScrapes, podMonitors, serviceMonitors } from './monitors.ts';
import type { PrometheusConfiguration } from './prometheus-configuration.ts';
import type { ScrapeConfig } from './scrape-config.ts';
import { type ScrapeDeps, ScrapeLoop } from './scrape-loop.ts';
import { scrapeTarget } from './scrape-target.ts';

/** Label selectors of the ServiceMonitors and PodMonitors that count; `undefined`: none do, and their kind need not exist. */
export interface MonitorSelectors {
  service: string | undefined;
  pod: string | undefined;
}

export interface ScrapeManagerOptions extends ScrapeDeps {
  configuration: PrometheusConfiguration;
  informers: InformerFactory;
  log: Log;
  monitorSelectors: MonitorSelectors;
}

/** Keeps one scrape loop for every target that configuration, monitors and the objects of the cluster make together. */
export class ScrapeManager {
  readonly #options: ScrapeManagerOptions;
  readonly #loops = new Map<string, ScrapeLoop>();
  readonly #complaints = new Map<string, string>();
  #dropped: { discovered: Labels }[] = [];
  #isSyncing = false;
  #signal: AbortSignal | undefined;

  constructor(options: ScrapeManagerOptions) {
    this.#options = options;
  }

  get active(): ScrapeLoop[] {
    return [...this.#loops.values()];
  }

  get dropped(): readonly { discovered: Labels }[] {
    return this.#dropped;
  }

  /** Begins to discover and scrape; everything ends with the signal. Resolves when the objects have been listed once. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const { informers, configuration, monitorSelectors } = this.#options;
    const types = new Set<ResourceType>(
      configuration.scrapes.flatMap(({ kubernetes }) => kubernetes.flatMap(({ role }) => TYPES_OF_ROLE[role])),
    );
    if (monitorSelectors.service !== undefined)
      for (const type of [serviceMonitors, endpoints, services, pods] as ResourceType[]) types.add(type);
    if (monitorSelectors.pod !== undefined) for (const type of [podMonitors, pods] as ResourceType[]) types.add(type);
    for (const type of types) informers.for<KubeObject>(type).onChange(() => this.#changed());
    signal.addEventListener('abort', () => this.#stop(), { once: true });
    this.sync();
    await informers.start(signal);
    this.sync();
  }

  /** Starts and stops loops so that they are those of the targets of this moment. */
  sync(): void {
    if (this.#signal?.aborted) return;
    const { informers } = this.#options;
    const wanted = new Map<string, ScrapeLoop>();
    this.#dropped = [];
    for (const config of this.#configs()) {
      const found: Labels[] = [
        ...config.staticTargets.flatMap(({ targets, labels }) => targets.map((address) => ({ ...labels, __address__: address }))),
        ...config.kubernetes.flatMap(({ role, namespaces }) => kubernetesTargets(role, namespaces, informers)),
      ];
      for (const one of found) {
        const target = scrapeTarget(config, one);
        if (target === undefined) {
          this.#dropped.push({ discovered: one });
          continue;
        }
        // What was discovered may change under a running target; the labels and address that it has are its identity.
        const key = `${config.jobName}\u0000${target.url}\u0000${config.intervalMs}\u0000${config.honorLabels}\u0000${labelsKey(target.labels)}`;
        if (!wanted.has(key)) wanted.set(key, this.#loops.get(key) ?? new ScrapeLoop(target, this.#options));
      }
    }
    for (const [key, loop] of [...this.#loops]) {
      if (wanted.has(key)) continue;
      loop.stop();
      this.#loops.delete(key);
    }
    for (const [key, loop] of wanted) {
      if (this.#loops.has(key)) continue;
      this.#loops.set(key, loop);
      loop.start();
    }
  }

  #configs(): ScrapeConfig[] {
    const { configuration, monitorSelectors, informers } = this.#options;
    const of = (type: ResourceType<Monitor>, kind: 'ServiceMonitor' | 'PodMonitor', selector: string | undefined): ScrapeConfig[] =>
      (selector === undefined
        ? []
        : informers
            .for(type)
            .list()
            .filter(({ metadata }) => meetsAll(metadata.labels, parseLabelSelector(selector)))
      ).flatMap((monitor) => {
        const name = `${kind} ${monitor.metadata.namespace}/${monitor.metadata.name}`;
        try {
          const scrapes = monitorScrapes(monitor, kind, configuration.defaults);
          this.#complaints.delete(name);
          return scrapes;
        } catch (error) {
          const text = messageOf(error);
          if (this.#complaints.get(name) !== text) this.#options.log.warn(`${name} is skipped: ${text}`);
          this.#complaints.set(name, text);
          return [];
        }
      });
    return [
      ...configuration.scrapes,
      ...of(serviceMonitors, 'ServiceMonitor', monitorSelectors.service),
      ...of(podMonitors, 'PodMonitor', monitorSelectors.pod),
    ];
  }

  /** Many objects change together: one synchronisation for all of a turn, and time stands still until it is done. */
  #changed(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    void this.#options.activity.during('discover scrape targets', async () => {
      await nextTurn();
      this.#isSyncing = false;
      this.sync();
    });
  }

  #stop(): void {
    for (const loop of this.#loops.values()) loop.stop();
    this.#loops.clear();
  }
}
