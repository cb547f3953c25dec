import { parsePromDuration } from '../metrics/promql/duration-text.ts';
import type { MonitorSelectors } from '../metrics/scrape-manager.ts';

export interface PrometheusFlags {
  configFile: string;
  retentionMs: number;
  port: number;
  monitorSelectors: MonitorSelectors;
  ignored: string[];
}

export const DEFAULT_CONFIG_FILE = 'prometheus.yml';
/** Upstream's flags that have no effect here: storage is memory, and there is no page. */
const IGNORED =
  /^(?:storage\.tsdb\.(?:path|wal-compression|min-block-duration|max-block-duration|retention\.size)|storage\.agent\..+|web\.(?:enable-lifecycle|enable-admin-api|console\.templates|console\.libraries|external-url|route-prefix|config\.file|page-title)|log\.(?:level|format)|query\.(?:timeout|max-concurrency|max-samples)|enable-feature)$/;

/** Reads the command line of the Prometheus image. Throws upstream's text for an unknown flag. */
export function parsePrometheusFlags(args: readonly string[]): PrometheusFlags {
  const flags: PrometheusFlags = {
    configFile: DEFAULT_CONFIG_FILE,
    retentionMs: parsePromDuration('15d'),
    port: 9090,
    monitorSelectors: { service: undefined, pod: undefined },
    ignored: [],
  };
  const rest = args.filter((arg, index) => index > 0 || arg.startsWith('-'));
  for (let at = 0; at < rest.length; at++) {
    const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(rest[at]!);
    if (match === null) throw new Error(`unexpected ${rest[at]}`);
    const name = match[1]!;
    const value = (): string => match[2] ?? rest[++at] ?? '';
    if (name === 'config.file') flags.configFile = value();
    else if (name === 'storage.tsdb.retention.time' || name === 'storage.tsdb.retention') flags.retentionMs = parsePromDuration(value());
    else if (name === 'web.listen-address') flags.port = Number(/:(\d+)$/.exec(value())?.[1] ?? 9090);
    // These stand for the operator's part: it would turn the selected monitors into a configuration file.
    else if (name === 'canary-lab.service-monitor-selector') flags.monitorSelectors.service = value();
    else if (name === 'canary-lab.pod-monitor-selector') flags.monitorSelectors.pod = value();
    else if (IGNORED.test(name.replace(/^no-/, ''))) flags.ignored.push(name);
    else throw new Error(`unknown long flag '--${name}'`);
  }
  return flags;
}
