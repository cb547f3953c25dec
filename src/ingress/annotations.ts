import { parseBool, parseInteger, parseSize, parseText } from './annotation-values.ts';

/** How a canary upstream takes its share; weights in parts of `weightTotal`. */
export interface TrafficShapingPolicy {
  weight: number;
  weightTotal: number;
  header: string;
  headerValue: string;
  headerPattern: string;
  cookie: string;
}

export const NO_POLICY: TrafficShapingPolicy = { weight: 0, weightTotal: 0, header: '', headerValue: '', headerPattern: '', cookie: '' };

/** Session affinity by cookie as the main Ingress asks for it. */
export interface AffinityAnnotations {
  name: string;
  mode: 'balanced' | 'persistent';
  path: string;
  domain: string;
  sameSite: string;
  maxAge: string;
  expires: string;
  secure: boolean | undefined;
}

/** What the annotations of one Ingress ask for, with the defaults of ingress-nginx filled in. Durations in milliseconds. */
export interface IngressAnnotations {
  isCanary: boolean;
  policy: TrafficShapingPolicy;
  affinity: AffinityAnnotations | undefined;
  affinityCanaryBehavior: string;
  hashBy: string;
  serviceUpstream: boolean;
  rewriteTarget: string;
  appRoot: string;
  useRegex: boolean;
  sslRedirect: boolean;
  forceSslRedirect: boolean;
  preserveTrailingSlash: boolean;
  redirect: { url: string; code: number } | undefined;
  upstreamVhost: string;
  connectTimeoutMs: number;
  sendTimeoutMs: number;
  readTimeoutMs: number;
  bodySizeBytes: number;
  nextUpstreamTries: number;
  isRetried: { error: boolean; timeout: boolean; nonIdempotent: boolean };
  isLogged: boolean;
  /** Names below the prefix that this data plane does not model. */
  unmodelled: readonly string[];
}

/** Defaults that a ConfigMap of the controller can change. */
export interface AnnotationDefaults {
  sslRedirect: boolean;
  forceSslRedirect: boolean;
  bodySizeBytes: number;
  connectTimeoutMs: number;
  sendTimeoutMs: number;
  readTimeoutMs: number;
  nextUpstreamTries: number;
  nextUpstream: string;
  nonIdempotent: boolean;
  isLogged: boolean;
}

export const DEFAULT_ANNOTATION_VALUES: AnnotationDefaults = {
  sslRedirect: true,
  forceSslRedirect: false,
  bodySizeBytes: 1024 ** 2,
  connectTimeoutMs: 5000,
  sendTimeoutMs: 60_000,
  readTimeoutMs: 60_000,
  nextUpstreamTries: 3,
  nextUpstream: 'error timeout',
  nonIdempotent: false,
  isLogged: true,
};

/** Annotations (below the prefix) that have an effect here. */
export const MODELLED_ANNOTATIONS: readonly string[] = [
  'canary',
  'canary-weight',
  'canary-weight-total',
  'canary-by-header',
  'canary-by-header-value',
  'canary-by-header-pattern',
  'canary-by-cookie',
  'affinity',
  'affinity-mode',
  'affinity-canary-behavior',
  'session-cookie-name',
  'session-cookie-path',
  'session-cookie-domain',
  'session-cookie-samesite',
  'session-cookie-max-age',
  'session-cookie-expires',
  'session-cookie-secure',
  'upstream-hash-by',
  'service-upstream',
  'rewrite-target',
  'app-root',
  'use-regex',
  'ssl-redirect',
  'force-ssl-redirect',
  'preserve-trailing-slash',
  'permanent-redirect',
  'permanent-redirect-code',
  'temporal-redirect',
  'upstream-vhost',
  'proxy-connect-timeout',
  'proxy-send-timeout',
  'proxy-read-timeout',
  'proxy-body-size',
  'proxy-next-upstream',
  'proxy-next-upstream-tries',
  'enable-access-log',
];

/** Annotations without an effect that could be seen from outside: accepted in silence. */
export const HARMLESS_ANNOTATIONS: ReadonlySet<string> = new Set([
  'load-balance',
  'proxy-buffering',
  'proxy-request-buffering',
  'proxy-buffer-size',
  'proxy-buffers-number',
  'client-body-buffer-size',
  'proxy-http-version',
  'connection-proxy-header',
  'backend-protocol',
]);

/** The canary block; rejected as a whole (an ordinary Ingress) when a rule is set without `canary: "true"`, which parses the same. */
function parsePolicy(read: (name: string) => string | undefined): TrafficShapingPolicy {
  return {
    weight: parseInteger(read('canary-weight')) ?? 0,
    weightTotal: parseInteger(read('canary-weight-total')) ?? 100,
    header: parseText(read('canary-by-header')),
    headerValue: parseText(read('canary-by-header-value')),
    headerPattern: parseText(read('canary-by-header-pattern')),
    cookie: parseText(read('canary-by-cookie')),
  };
}

/** Reads the annotations of one Ingress as ingress-nginx 1.9 does: whatever does not parse counts as absent. */
export function parseAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  prefix: string,
  defaults: AnnotationDefaults = DEFAULT_ANNOTATION_VALUES,
): IngressAnnotations {
  const read = (name: string): string | undefined => annotations?.[`${prefix}/${name}`];
  const seconds = (name: string, fallbackMs: number): number => {
    const value = parseInteger(read(name));
    return value === undefined ? fallbackMs : value * 1000;
  };
  const isCanary = parseBool(read('canary')) ?? false;
  const conditions = parseText(read('proxy-next-upstream')) || defaults.nextUpstream;
  const words = new Set(conditions.split(/\s+/));
  const names = Object.keys(annotations ?? {})
    .filter((name) => name.startsWith(`${prefix}/`))
    .map((name) => name.slice(prefix.length + 1));
  const backendProtocol = (read('backend-protocol') ?? 'HTTP').toUpperCase();
  return {
    isCanary,
    policy: isCanary ? parsePolicy(read) : NO_POLICY,
    affinity:
      read('affinity') !== 'cookie'
        ? undefined
        : {
            name: parseText(read('session-cookie-name')) || 'INGRESSCOOKIE',
            mode: read('affinity-mode') === 'persistent' ? 'persistent' : 'balanced',
            path: parseText(read('session-cookie-path')),
            domain: parseText(read('session-cookie-domain')),
            sameSite: parseText(read('session-cookie-samesite')),
            maxAge: parseText(read('session-cookie-max-age')),
            expires: parseText(read('session-cookie-expires')),
            secure: parseBool(read('session-cookie-secure')),
          },
    affinityCanaryBehavior: parseText(read('affinity-canary-behavior')),
    hashBy: parseText(read('upstream-hash-by')),
    serviceUpstream: parseBool(read('service-upstream')) ?? false,
    rewriteTarget: parseText(read('rewrite-target')),
    appRoot: parseText(read('app-root')),
    useRegex: parseBool(read('use-regex')) ?? false,
    sslRedirect: parseBool(read('ssl-redirect')) ?? defaults.sslRedirect,
    forceSslRedirect: parseBool(read('force-ssl-redirect')) ?? defaults.forceSslRedirect,
    preserveTrailingSlash: parseBool(read('preserve-trailing-slash')) ?? false,
    redirect: parseRedirect(read),
    upstreamVhost: parseText(read('upstream-vhost')),
    connectTimeoutMs: seconds('proxy-connect-timeout', defaults.connectTimeoutMs),
    sendTimeoutMs: seconds('proxy-send-timeout', defaults.sendTimeoutMs),
    readTimeoutMs: seconds('proxy-read-timeout', defaults.readTimeoutMs),
    bodySizeBytes: parseSize(read('proxy-body-size')) ?? defaults.bodySizeBytes,
    nextUpstreamTries: parseInteger(read('proxy-next-upstream-tries')) ?? defaults.nextUpstreamTries,
    isRetried: {
      error: words.has('error'),
      timeout: words.has('timeout'),
      nonIdempotent: words.has('non_idempotent') || defaults.nonIdempotent,
    },
    isLogged: parseBool(read('enable-access-log')) ?? defaults.isLogged,
    unmodelled: names.filter((name) =>
      name === 'backend-protocol'
        ? backendProtocol !== 'HTTP'
        : name === 'load-balance'
          ? read(name) !== 'round_robin'
          : !HARMLESS_ANNOTATIONS.has(name) && !MODELLED_ANNOTATIONS.includes(name),
    ),
  };
}

function parseRedirect(read: (name: string) => string | undefined): IngressAnnotations['redirect'] {
  const temporal = parseText(read('temporal-redirect'));
  if (temporal !== '') return { url: temporal, code: 302 };
  const permanent = parseText(read('permanent-redirect'));
  const code = parseInteger(read('permanent-redirect-code')) ?? 301;
  return permanent === '' ? undefined : { url: permanent, code: code >= 300 && code <= 308 ? code : 301 };
}
