import { parseArgs } from 'node:util';
import { parseBool, parseInteger } from '../annotation-values.ts';
import { type ClassFlags, DEFAULT_CLASS_FLAGS } from '../class-selection.ts';

/** The command line of the controller, as far as it is modelled. */
export interface ControllerFlags extends ClassFlags {
  annotationsPrefix: string;
  /** `namespace/name`, or empty. */
  configMap: string;
  publishService: string;
  publishStatusAddress: readonly string[];
  updateStatus: boolean;
  updateStatusOnShutdown: boolean;
  statusUpdateIntervalMs: number;
  electionId: string;
  isElectionDisabled: boolean;
  /** Empty: all namespaces. */
  watchNamespace: string;
  webhookPort: number | undefined;
  webhookCertificate: string;
  webhookKey: string;
  httpPort: number;
  httpsPort: number;
  healthzPort: number;
  metricsPerHost: boolean;
  reportsStatusClasses: boolean;
  disablesCatchAll: boolean;
  /** Flags that have no effect here. */
  unmodelled: readonly string[];
}

const HARMLESS = new Set([
  'v',
  'logtostderr',
  'alsologtostderr',
  'enable-metrics',
  'update-status',
  'default-server-port',
  'profiling',
  'enable-annotation-validation',
  'shutdown-grace-period',
  'post-shutdown-grace-period',
  'health-check-path',
  'sync-period',
  'sync-rate-limit',
]);

/** Reads `--name=value` and `--name value`. Both publishing flags together are an error, as upstream's. Throws an Error with the text to print. */
export function parseControllerFlags(args: readonly string[]): ControllerFlags {
  const given = new Map<string, string>();
  const { tokens } = parseArgs({
    args: args.filter((arg) => arg !== '/nginx-ingress-controller'),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  let open: string | undefined;
  for (const token of tokens) {
    if (token.kind === 'option') {
      given.set(token.name, token.value ?? 'true');
      open = token.value === undefined ? token.name : undefined;
    } else if (token.kind === 'positional' && open !== undefined) {
      given.set(open, token.value);
      open = undefined;
    }
  }
  const read = new Set<string>();
  const text = (name: string, fallback: string): string => {
    read.add(name);
    return given.get(name) ?? fallback;
  };
  const bool = (name: string, fallback: boolean): boolean => parseBool(text(name, '')) ?? fallback;
  const number = (name: string, fallback: number): number => parseInteger(text(name, '')) ?? fallback;
  const webhook = text('validating-webhook', '');
  const flags = {
    controllerClass: text('controller-class', DEFAULT_CLASS_FLAGS.controllerClass),
    ingressClass: text('ingress-class', DEFAULT_CLASS_FLAGS.ingressClass),
    watchWithoutClass: bool('watch-ingress-without-class', false),
    annotationsPrefix: text('annotations-prefix', 'nginx.ingress.kubernetes.io'),
    configMap: text('configmap', ''),
    publishService: text('publish-service', ''),
    publishStatusAddress: text('publish-status-address', '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
    updateStatus: bool('update-status', true),
    updateStatusOnShutdown: bool('update-status-on-shutdown', true),
    statusUpdateIntervalMs: Math.max(5, number('status-update-interval', 60)) * 1000,
    electionId: text('election-id', 'ingress-controller-leader'),
    isElectionDisabled: bool('disable-leader-election', false),
    watchNamespace: text('watch-namespace', ''),
    webhookPort: webhook === '' ? undefined : Number(webhook.slice(webhook.lastIndexOf(':') + 1)),
    webhookCertificate: text('validating-webhook-certificate', ''),
    webhookKey: text('validating-webhook-key', ''),
    httpPort: number('http-port', 80),
    httpsPort: number('https-port', 443),
    healthzPort: number('healthz-port', 10254),
    metricsPerHost: bool('metrics-per-host', true),
    reportsStatusClasses: bool('report-status-classes', false),
    disablesCatchAll: bool('disable-catch-all', false),
  };
  if (flags.publishService !== '' && flags.publishStatusAddress.length > 0)
    throw new Error('flags --publish-service and --publish-status-address are mutually exclusive');
  return { ...flags, unmodelled: [...given.keys()].filter((name) => !read.has(name) && !HARMLESS.has(name)) };
}
