import http from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { InformerFactory } from '../../kube/informer.ts';
import { type PrometheusConfiguration, parsePrometheusConfiguration } from '../metrics/prometheus-configuration.ts';
import { queryApi } from '../metrics/query-api.ts';
import { ScrapeManager } from '../metrics/scrape-manager.ts';
import { TimeSeriesStore } from '../metrics/time-series-store.ts';
import { containerLog } from './container-log.ts';
import type { ImageContext } from './image-program.ts';
import { DEFAULT_CONFIG_FILE, type PrometheusFlags, parsePrometheusFlags } from './prometheus-flags.ts';

/** The release whose behaviour and answers are modelled: that of chart kube-prometheus-stack 54.2.2. */
const VERSION = '2.48.0';
const DEFAULT_CONFIGURATION = 'scrape_configs:\n  - job_name: prometheus\n    static_configs:\n      - targets: ["localhost:9090"]\n';

/** One Prometheus container: scrapes on the cluster's clock, keeps samples in memory and answers PromQL. Resolves with its exit code. */
export async function runPrometheus(ctx: ImageContext, hostClock: Clock): Promise<number> {
  let flags: PrometheusFlags;
  let configuration: PrometheusConfiguration;
  try {
    flags = parsePrometheusFlags([...ctx.command, ...ctx.args]);
  } catch (error) {
    ctx.log(`Error parsing commandline arguments: ${messageOf(error)}`);
    return 2;
  }
  for (const name of flags.ignored) ctx.log(`level=warn msg="flag --${name} is not modelled and has no effect"`);
  try {
    const text = ctx.readFile(flags.configFile) ?? (flags.configFile.endsWith(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIGURATION : undefined);
    if (text === undefined) throw new Error(`open ${flags.configFile}: no such file or directory`);
    configuration = parsePrometheusConfiguration(text);
  } catch (error) {
    ctx.log(`level=error msg="Error loading config (--config.file=${flags.configFile})" err=${JSON.stringify(messageOf(error))}`);
    return 1;
  }
  const log = containerLog(ctx);
  const store = new TimeSeriesStore({ retentionMs: flags.retentionMs });
  const scrapes = new ScrapeManager({
    clock: ctx.clock,
    hostClock,
    activity: ctx.activity,
    store,
    configuration,
    log,
    monitorSelectors: flags.monitorSelectors,
    informers: new InformerFactory(ctx.api, { clock: ctx.clock, log }),
    // A container's own address is what it reaches as localhost.
    fetch: (url, init) => ctx.fetch(url.replace(/^(https?:\/\/)localhost(?=[:/])/, `$1${ctx.pod.ip}`), init),
  });
  const server = http.createServer(queryApi({ store, clock: ctx.clock, scrapes, version: VERSION }));
  await ctx.listen(flags.port, server);
  ctx.log('level=info msg="Server is ready to receive web requests."');
  const ended = AbortSignal.any([ctx.signal, ctx.killed]);
  const end = new Promise<void>((resolve) => {
    if (ended.aborted) resolve();
    else ended.addEventListener('abort', () => resolve(), { once: true });
  });
  // Without permission to list, the first list never comes; the Pod must still be able to end.
  await Promise.race([scrapes.start(ended), end]);
  await end;
  ctx.log('level=info msg="See you next time!"');
  server.closeIdleConnections();
  return 0;
}
