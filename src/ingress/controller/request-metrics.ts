import type { Configuration, Location } from '../configuration.ts';
import { hostName } from '../match-host.ts';
import type { AccessRecord } from '../proxy/access-record.ts';

const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LENGTH_BUCKETS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const SIZE_BUCKETS = [10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

class Histogram {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.sum += value;
    this.count += 1;
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at += 1;
    if (at < bounds.length) this.counts[at]! += 1;
  }
}

interface Series {
  labels: string;
  namespace: string;
  ingress: string;
  requests: number;
  histograms: Record<string, Histogram>;
  latency: Latency;
}
interface Latency {
  labels: string;
  namespace: string;
  ingress: string;
  sum: number;
  count: number;
}

const HISTOGRAMS: { name: string; help: string; bounds: readonly number[] }[] = [
  {
    name: 'request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer, in seconds',
    bounds: DURATION_BUCKETS,
  },
  { name: 'response_duration_seconds', help: 'Time that the upstream took for its answer, in seconds', bounds: DURATION_BUCKETS },
  { name: 'header_duration_seconds', help: 'Time until the head of the upstream answer, in seconds', bounds: DURATION_BUCKETS },
  { name: 'connect_duration_seconds', help: 'Time to connect to the upstream, in seconds', bounds: DURATION_BUCKETS },
  { name: 'request_size', help: 'Length of requests, in bytes', bounds: LENGTH_BUCKETS },
  { name: 'response_size', help: 'Length of answers, in bytes', bounds: LENGTH_BUCKETS },
  { name: 'bytes_sent', help: 'Bytes sent to clients', bounds: SIZE_BUCKETS },
];
const PREFIX = 'nginx_ingress_controller_';

/** Escapes a label value of the Prometheus text format. */
function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
function labelText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(',');
}

/**
 * The request metrics of ingress-nginx: `ingress`, `service` and `path` are those of the main Ingress for canary requests too; only
 * `canary` tells them apart. Requests for hosts that are not configured literally are not counted while metrics are per host.
 */
export class RequestMetrics {
  /** By their labels. */
  readonly #series = new Map<string, Series>();
  #byLocation = new WeakMap<Location, Map<string, Series>>();
  readonly #latencies = new Map<string, Latency>();
  readonly #constant: Record<string, string>;
  readonly #options: { perHost: boolean; statusClasses: boolean };

  constructor(controller: { class: string; namespace: string; pod: string }, options: { perHost: boolean; statusClasses: boolean }) {
    this.#constant = { controller_class: controller.class, controller_namespace: controller.namespace, controller_pod: controller.pod };
    this.#options = options;
  }

  observe(record: AccessRecord): void {
    const { route } = record;
    const location = route?.location;
    if (route === undefined || location?.ingress === undefined || record.status === 0) return;
    const host = hostName(record.host);
    if (this.#options.perHost && host !== route.server.host) return;
    const status = this.#options.statusClasses ? `${String(record.status)[0]}xx` : String(record.status);
    const canary = route.canary?.name ?? '';
    // The whole key is not built for each request: a location's requests differ in little.
    const ofLocation = this.#byLocation.get(location) ?? new Map<string, Series>();
    const ownKey = `${status} ${record.method} ${canary}`;
    const series = ofLocation.get(ownKey) ?? this.#seriesOf(location, location.ingress, status, record.method, canary, host);
    ofLocation.set(ownKey, series);
    this.#byLocation.set(location, ofLocation);
    series.requests += 1;
    const { histograms } = series;
    histograms['request_duration_seconds']!.observe(record.durationMs / 1000);
    histograms['request_size']!.observe(record.requestBytes);
    histograms['response_size']!.observe(record.bytesSent);
    histograms['bytes_sent']!.observe(record.bytesSent);
    const [only, second] = record.tries;
    // NGINX gives lists for retried requests, which upstream's collector cannot read.
    if (only === undefined || second !== undefined) return;
    histograms['response_duration_seconds']!.observe(only.durationMs / 1000);
    histograms['header_duration_seconds']!.observe(only.headerMs / 1000);
    histograms['connect_duration_seconds']!.observe(only.connectMs / 1000);
    series.latency.sum += only.durationMs / 1000;
    series.latency.count += 1;
  }

  #seriesOf(
    location: Location,
    ingress: { namespace: string; name: string },
    status: string,
    method: string,
    canary: string,
    host: string,
  ): Series {
    const { namespace, name } = ingress;
    const labels = labelText({
      canary,
      ...this.#constant,
      ...(this.#options.perHost ? { host } : {}),
      ingress: name,
      method,
      namespace,
      path: location.path,
      service: location.service,
      status,
    });
    const series = this.#series.get(labels) ?? {
      labels,
      namespace,
      ingress: name,
      requests: 0,
      histograms: Object.fromEntries(HISTOGRAMS.map((one) => [one.name, new Histogram(one.bounds)])),
      latency: this.#latencyOf(ingress, location.service, canary),
    };
    this.#series.set(labels, series);
    return series;
  }

  #latencyOf(ingress: { namespace: string; name: string }, service: string, canary: string): Latency {
    const labels = labelText({ canary, ...this.#constant, ingress: ingress.name, namespace: ingress.namespace, service });
    const latency = this.#latencies.get(labels) ?? { labels, namespace: ingress.namespace, ingress: ingress.name, sum: 0, count: 0 };
    this.#latencies.set(labels, latency);
    return latency;
  }

  /** Drops the series of Ingresses that are gone. A canary Ingress has none of its own. */
  retain(configuration: Configuration): void {
    this.#byLocation = new WeakMap();
    const owners = new Set<string>();
    for (const server of configuration.servers.values())
      for (const { ingress } of server.locations) if (ingress) owners.add(`${ingress.namespace}/${ingress.name}`);
    for (const map of [this.#series, this.#latencies])
      for (const [key, one] of map) if (!owners.has(`${one.namespace}/${one.ingress}`)) map.delete(key);
  }

  /** Prometheus text format, version 0.0.4. */
  text(): string {
    const all = [...this.#series.values()];
    const lines: string[] = [];
    const section = (name: string, help: string, type: string, rows: string[]): void => {
      if (rows.length > 0) lines.push(`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} ${type}`, ...rows);
    };
    section(
      'requests',
      'Number of client requests',
      'counter',
      all.map((one) => `${PREFIX}requests{${one.labels}} ${one.requests}`),
    );
    for (const { name, help } of HISTOGRAMS) {
      section(
        name,
        help,
        'histogram',
        all.flatMap((one) => {
          const histogram = one.histograms[name]!;
          if (histogram.count === 0) return [];
          let total = 0;
          const rows = histogram.bounds.map(
            (bound, i) => `${PREFIX}${name}_bucket{${one.labels},le="${bound}"} ${(total += histogram.counts[i]!)}`,
          );
          return [
            ...rows,
            `${PREFIX}${name}_bucket{${one.labels},le="+Inf"} ${histogram.count}`,
            `${PREFIX}${name}_sum{${one.labels}} ${histogram.sum}`,
            `${PREFIX}${name}_count{${one.labels}} ${histogram.count}`,
          ];
        }),
      );
    }
    section(
      'ingress_upstream_latency_seconds',
      'Upstream service latency for each Ingress',
      'summary',
      [...this.#latencies.values()].flatMap((one) => [
        `${PREFIX}ingress_upstream_latency_seconds_sum{${one.labels}} ${one.sum}`,
        `${PREFIX}ingress_upstream_latency_seconds_count{${one.labels}} ${one.count}`,
      ]),
    );
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }
}
