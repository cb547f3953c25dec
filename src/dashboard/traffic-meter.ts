import type { Clock, Timer } from '../base/clock.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { keyString, type ObjectKey } from '../kube/object.ts';
import { POD_TEMPLATE_HASH, type Rollout } from '../rollouts/rollout.ts';
import { maxWeightOf } from '../rollouts/strategy-defaults.ts';
import { type BackgroundProbe, startBackgroundProbe } from '../traffic/background-probe.ts';
import { type RequestResult, RequestSender } from '../traffic/send-request.ts';
import { ingressRouteOf, publishedIngressUrl } from './ingress-address.ts';
import type { RolloutsView } from './rollouts-view.ts';
import type { WireTraffic, WireTrafficSample } from './wire.ts';

const RATE_PER_SECOND = 20;
const SAMPLE_MS = 1000;
const KEPT_SAMPLES = 180;
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/;

export interface TrafficMeterOptions {
  /** Base URL of the ingress; what the cluster publishes when absent. `false`: nothing is sent. */
  ingressUrl?: string | false | undefined;
  /** Path to ask for in place of the one in the Ingress. */
  path?: string | undefined;
}

interface Meter {
  readers: Set<(json: string) => void>;
  traffic: WireTraffic;
  probe: BackgroundProbe | undefined;
  results: RequestResult[];
  timer: Timer | undefined;
}

/** Measures which revision answers at the ingress, for Rollouts that somebody looks at and no longer than they do. */
export class TrafficMeter {
  readonly #deps: { api: KubeApi; view: RolloutsView; clock: Clock; signal: AbortSignal };
  readonly #options: TrafficMeterOptions;
  readonly #meters = new Map<string, Meter>();

  /** `clock` is the host's: answer times are real ones. */
  constructor(deps: { api: KubeApi; view: RolloutsView; clock: Clock; signal: AbortSignal }, options: TrafficMeterOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** All samples at once, then each new one alone. Returns what ends the watch. */
  watch(key: ObjectKey, send: (json: string) => void): () => void {
    const id = keyString(key);
    let meter = this.#meters.get(id);
    if (meter === undefined) {
      this.#meters.set(
        id,
        (meter = { readers: new Set(), traffic: { state: 'unavailable', why: 'off' }, probe: undefined, results: [], timer: undefined }),
      );
      void this.#start(meter, key);
    } else send(JSON.stringify(meter.traffic));
    meter.readers.add(send);
    return () => {
      meter.readers.delete(send);
      if (meter.readers.size > 0 || this.#meters.get(id) !== meter) return;
      this.#meters.delete(id);
      meter.timer?.cancel();
      void meter.probe?.stop();
    };
  }

  async #start(meter: Meter, key: ObjectKey): Promise<void> {
    const { clock, signal, view } = this.#deps;
    const target = await this.#target(key);
    if (meter.readers.size === 0 || signal.aborted) return;
    if ('why' in target) {
      this.#tell(meter, (meter.traffic = { state: 'unavailable', why: target.why }));
      // The Ingress, or the whole ingress controller, may yet come.
      meter.timer = clock.after(3000, () => {
        void this.#start(meter, key);
      });
      return;
    }
    const { url, host, path } = target;
    this.#tell(
      meter,
      (meter.traffic = {
        state: 'measured',
        url: `${url.protocol}//${host ?? url.host}${path}`,
        ratePerSecond: RATE_PER_SECOND,
        samples: [],
      }),
    );
    meter.probe = startBackgroundProbe(
      url,
      {
        ratePerSecond: RATE_PER_SECOND,
        host,
        path,
        timeoutMs: 5000,
        onResult: (result) => {
          meter.results.push(result);
        },
      },
      { clock, signal },
    );
    const sample = (): void => {
      const results = meter.results.splice(0);
      const rollout = view.get(key);
      if (rollout !== undefined && meter.traffic.state === 'measured') {
        const next = trafficSample(results, rollout, hashesOf(rollout, view), clock.nowMs());
        meter.traffic.samples = [...meter.traffic.samples, next].slice(-KEPT_SAMPLES);
        this.#tell(meter, { ...meter.traffic, samples: [next] });
      }
      meter.timer = clock.after(SAMPLE_MS, sample);
    };
    meter.timer = clock.after(SAMPLE_MS, sample);
  }

  async #target(
    key: ObjectKey,
  ): Promise<{ url: URL; host: string | undefined; path: string } | { why: 'no-address' | 'no-ingress' | 'not-local' | 'off' }> {
    const { api, signal, view } = this.#deps;
    if (this.#options.ingressUrl === false) return { why: 'off' };
    const rollout = view.get(key);
    const route = rollout === undefined ? undefined : await ingressRouteOf(api, rollout, signal);
    if (route === undefined) return { why: 'no-ingress' };
    const address = this.#options.ingressUrl ?? (await publishedIngressUrl(api, signal));
    if (address === undefined || !URL.canParse(address)) return { why: 'no-address' };
    const url = new URL(address);
    if (!LOOPBACK.test(url.hostname)) return { why: 'not-local' };
    return { url, host: route.host, path: this.#options.path ?? (await this.#tellingPath(url, route.host)) ?? route.path };
  }

  /** The sample app and the stand-ins say at `/success` who they are, and the former fails there when it is told to. */
  async #tellingPath(url: URL, host: string | undefined): Promise<string | undefined> {
    const sender = new RequestSender(url, { clock: this.#deps.clock, keepAlive: false });
    const answer = await sender.send({ host, path: '/success', timeoutMs: 2000 }, this.#deps.signal);
    sender.close();
    return answer.status !== undefined && answer.status !== 404 ? '/success' : undefined;
  }

  #tell(meter: Meter, traffic: WireTraffic): void {
    const json = JSON.stringify(traffic);
    for (const send of meter.readers) send(json);
  }
}

function hashesOf(rollout: Rollout, view: RolloutsView): string[] {
  return view
    .info(rollout)
    .replicaSets.map((set) => set.objectMeta.labels?.[POD_TEMPLATE_HASH] ?? '')
    .filter((hash) => hash !== '');
}

/** The second that `results` fill. */
export function trafficSample(
  results: readonly RequestResult[],
  rollout: Rollout,
  hashes: readonly string[],
  atMs: number,
): WireTrafficSample {
  const byHash: Record<string, number> = {};
  const byStatus: Record<string, number> = {};
  let failures = 0;
  for (const result of results) {
    const status = result.status === undefined ? 'error' : String(result.status);
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    if (result.status === undefined || result.status >= 500) failures += 1;
    if (result.status === undefined) continue;
    const hash = answeringRevision(result, hashes) ?? '?';
    byHash[hash] = (byHash[hash] ?? 0) + 1;
  }
  const times = results.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const { currentPodHash = '', stableRS = '', canary } = rollout.status ?? {};
  const weight = currentPodHash === stableRS ? 0 : (canary?.weights?.canary.weight ?? 0);
  return {
    atMs,
    byHash,
    byStatus,
    failures,
    p95Ms: times[Math.max(0, Math.ceil(times.length * 0.95) - 1)] ?? 0,
    wantedPercent: (weight * 100) / maxWeightOf(rollout),
    canaryHash: currentPodHash,
    stableHash: stableRS,
  };
}

/** Which revision answered: the one whose hash stands in the answer, as it does in every Pod name. */
function answeringRevision(result: RequestResult, hashes: readonly string[]): string | undefined {
  return (
    hashes.find((hash) => result.body.includes(`-${hash}-`)) ??
    hashes.find((hash) => Object.values(result.headers).some((value) => String(value).includes(`-${hash}-`)))
  );
}
