import type { Activity } from '../../base/activity.ts';
import { type Clock, nextTurn } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { EventRecorder } from '../../kube/event-recorder.ts';
import type { ConfigMap, Ingress } from '../../kube/generated/types.ts';
import { Informer, type InformerFactory } from '../../kube/informer.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { configMaps, endpointSlices, ingressClasses, ingresses, secrets, services } from '../../kube/resource-type.ts';
import { buildConfiguration, type ConfigurationSources } from '../build-configuration.ts';
import { isOurs } from '../class-selection.ts';
import type { Configuration } from '../configuration.ts';
import { accessLineFormatter } from '../proxy/access-record.ts';
import { IngressProxy, type IngressProxyOptions } from '../proxy/ingress-proxy.ts';
import { certificateOf } from '../tls-certificates.ts';
import { denialOf } from './admission.ts';
import type { ControllerFlags } from './controller-flags.ts';
import { type ControllerSettings, parseControllerSettings } from './controller-settings.ts';
import { LeaderElection } from './leader-election.ts';
import { RequestMetrics } from './request-metrics.ts';
import { StatusPublisher } from './status-publisher.ts';

export interface IngressControllerOptions {
  api: KubeApi;
  informers: InformerFactory;
  clock: Clock;
  hostClock: Clock;
  random: Random;
  log: Log;
  activity: Activity;
  flags: ControllerFlags;
  pod: { name: string; namespace: string; uid: string; labels: Readonly<Record<string, string>> };
  connect: IngressProxyOptions['connect'];
  /** Lines for the container's log. */
  print(line: string): void;
  limits?: IngressProxyOptions['limits'];
}

const SERVICE_LABEL = 'kubernetes.io/service-name';

/** Watches the cluster, keeps the proxy's configuration in step with it, and speaks for it: status, events, admission, metrics. */
export class IngressController {
  readonly proxy: IngressProxy;
  readonly metrics: RequestMetrics;
  readonly #options: IngressControllerOptions;
  readonly #events: EventRecorder;
  readonly #election: LeaderElection;
  readonly #publisher: StatusPublisher;
  readonly #configMap: Informer<ConfigMap> | undefined;
  #settings: ControllerSettings = parseControllerSettings(undefined);
  #endSync: (() => void) | undefined;
  #warnings = new Set<string>();
  #shape = '';
  #reloads = 0;
  #signal: AbortSignal | undefined;

  constructor(options: IngressControllerOptions) {
    const { api, informers, clock, random, log, activity, flags, pod } = options;
    this.#options = options;
    this.metrics = new RequestMetrics(
      { class: flags.controllerClass, namespace: pod.namespace, pod: pod.name },
      { perHost: flags.metricsPerHost, statusClasses: flags.reportsStatusClasses },
    );
    const formatAccessLine = accessLineFormatter();
    this.proxy = new IngressProxy({
      connect: options.connect,
      clock,
      hostClock: options.hostClock,
      random,
      ...(options.limits ? { limits: options.limits } : {}),
      onAccess: (record) => {
        this.metrics.observe(record);
        if (this.#settings.isAccessLogged && record.route?.location?.annotations.isLogged !== false)
          options.print(formatAccessLine(record));
      },
    });
    this.#events = new EventRecorder(api, { component: 'nginx-ingress-controller' }, { clock, random, log });
    this.#election = new LeaderElection({
      api,
      clock,
      log,
      namespace: pod.namespace,
      name: flags.electionId,
      identity: pod.name,
      onElected: (lease) => {
        this.#events.record(
          { ...lease, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
          'Normal',
          'LeaderElection',
          `${pod.name} became leader`,
        );
        options.print(`I successfully acquired lease ${pod.namespace}/${flags.electionId}`);
        if (this.#signal !== undefined && flags.updateStatus) void this.#publisher.run(() => this.#election.isLeader, this.#signal);
      },
    });
    this.#publisher = new StatusPublisher({
      api,
      clock,
      log,
      activity,
      flags,
      pod,
      handled: () => this.#handled(),
      findService: (namespace, name) => informers.for(services).get({ namespace, name }),
    });
    const [namespace, name] = flags.configMap.split('/');
    if (namespace && name)
      this.#configMap = new Informer(api, configMaps, { clock, log }, { namespace, fieldSelector: `metadata.name=${name}` });
    informers
      .for(endpointSlices)
      .addIndex('service', (slice) => [`${slice.metadata.namespace}/${slice.metadata.labels?.[SERVICE_LABEL] ?? ''}`]);
  }

  get isLeader(): boolean {
    return this.#election.isLeader;
  }

  /** Starts everything that runs by itself until the signal aborts; resolves when the first configuration is in force. */
  async start(signal: AbortSignal): Promise<void> {
    const { informers, flags, print } = this.#options;
    this.#signal = signal;
    for (const name of flags.unmodelled) print(`W flag --${name} is not modelled and has no effect`);
    const known = [
      informers.for(ingresses),
      informers.for(ingressClasses),
      informers.for(services),
      informers.for(endpointSlices),
      informers.for(secrets),
    ];
    this.#configMap?.start(signal);
    await informers.start(signal);
    await this.#configMap?.synced;
    for (const informer of known) informer.onChange(() => this.#changed());
    this.#configMap?.onChange(() => this.#changed());
    informers.for(ingresses).onChange((change) => {
      if (change.type !== 'deleted' && this.#isOurs(change.object))
        this.#events.record(
          { ...change.object, apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
          'Normal',
          'Sync',
          'Scheduled for sync',
        );
    });
    this.#sync();
    if (flags.isElectionDisabled) {
      if (flags.updateStatus) void this.#publisher.run(() => true, signal);
    } else void this.#election.run(signal);
  }

  /** Takes back the status addresses if that is our task, and flushes events. Call after the drain. */
  async stop(): Promise<void> {
    const { flags } = this.#options;
    if (flags.updateStatus && flags.updateStatusOnShutdown && (this.#election.isLeader || flags.isElectionDisabled))
      await this.#publisher.withdraw();
    await this.#events.flush();
  }

  /** The webhook's answer for an object: the text of the denial, or `undefined`. */
  denialOf(ingress: Ingress): string | undefined {
    return denialOf(ingress, {
      ingresses: this.#handled(),
      sources: this.#sources(),
      findClass: (name) => this.#findClass(name),
      flags: this.#options.flags,
      settings: this.#settings,
    });
  }

  /** Everything of `/metrics`. */
  metricsText(): string {
    const { flags, pod } = this.#options;
    const labels = `controller_class="${flags.controllerClass}",controller_namespace="${pod.namespace}",controller_pod="${pod.name}"`;
    const gauge = (name: string, help: string, rows: string[], type = 'gauge'): string =>
      `# HELP nginx_ingress_controller_${name} ${help}\n# TYPE nginx_ingress_controller_${name} ${type}\n${rows.map((row) => `nginx_ingress_controller_${name}${row}\n`).join('')}`;
    return (
      this.metrics.text() +
      gauge('config_last_reload_successful', 'Whether the last configuration could be loaded', [`{${labels}} 1`]) +
      gauge('success', 'Number of configuration reloads', [`{${labels}} ${this.#reloads}`], 'counter') +
      gauge('leader_election_status', 'Whether this Pod leads', [
        `{${labels},name="${flags.electionId}"} ${this.#election.isLeader ? 1 : 0}`,
      ]) +
      gauge('nginx_process_connections', 'Open client connections', [`{${labels},state="active"} ${this.proxy.openConnections}`])
    );
  }

  #findClass(name: string) {
    return this.#options.informers.for(ingressClasses).get({ name });
  }

  #isOurs(ingress: Ingress): boolean {
    const { flags } = this.#options;
    if (flags.watchNamespace !== '' && ingress.metadata.namespace !== flags.watchNamespace) return false;
    if (flags.disablesCatchAll && ingress.spec.defaultBackend !== undefined && !ingress.spec.rules?.length) return false;
    return isOurs(ingress, (name) => this.#findClass(name), flags);
  }

  #handled(): Ingress[] {
    return this.#options.informers
      .for(ingresses)
      .list()
      .filter((ingress) => this.#isOurs(ingress));
  }

  #sources(): Omit<ConfigurationSources, 'ingresses'> {
    const { informers, flags } = this.#options;
    return {
      findService: (namespace, name) => informers.for(services).get({ namespace, name }),
      endpointSlices: (namespace, service) => informers.for(endpointSlices).by('service', `${namespace}/${service}`),
      findCertificate: (namespace, name) => certificateOf(informers.for(secrets).get({ namespace, name })),
      defaults: this.#settings.defaults,
      annotationsPrefix: flags.annotationsPrefix,
    };
  }

  /** Several changes of one turn of the event loop lead to one configuration. */
  #changed(): void {
    if (this.#endSync !== undefined || this.#signal?.aborted) return;
    const end = this.#options.activity.begin('ingress-nginx sync');
    this.#endSync = end;
    void nextTurn().then(() => {
      this.#endSync = undefined;
      try {
        this.#sync();
      } finally {
        end();
      }
    });
  }

  #sync(): void {
    const { flags, print } = this.#options;
    const [namespace, name] = flags.configMap.split('/');
    const data = name ? this.#configMap?.get({ namespace, name })?.data : undefined;
    this.#settings = parseControllerSettings(data);
    const configuration = buildConfiguration({ ...this.#sources(), ingresses: this.#handled() });
    this.proxy.apply(configuration, this.#settings.proxy);
    this.metrics.retain(configuration);
    const warnings = new Set([
      ...configuration.warnings,
      ...this.#settings.unmodelled.map((key) => `ConfigMap ${flags.configMap}: key "${key}" is not modelled and has no effect`),
    ]);
    for (const warning of warnings) if (!this.#warnings.has(warning)) print(`W ${warning}`);
    this.#warnings = warnings;
    this.#noteReload(configuration, data);
  }

  /** NGINX reloads for new servers, locations and settings, not for endpoints and canary rules; the Pod gets an event for each. */
  #noteReload(configuration: Configuration, data: ConfigMap['data']): void {
    const shape = JSON.stringify([
      [...configuration.servers.values()].map(({ host, locations, tls }) => [
        host,
        tls,
        locations.map((location) => [
          location.path,
          location.pathType,
          location.upstream,
          { ...location.annotations, policy: undefined, isCanary: undefined },
        ]),
      ]),
      data,
    ]);
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.#reloads += 1;
    const { pod, print } = this.#options;
    print('I Configuration changes detected, backend reload done');
    this.#events.record(
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: pod.name, namespace: pod.namespace, uid: pod.uid } } as Parameters<
        EventRecorder['record']
      >[0],
      'Normal',
      'RELOAD',
      'NGINX reload triggered due to a change in configuration',
    );
  }
}
