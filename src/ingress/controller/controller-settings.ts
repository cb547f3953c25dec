import { parseBool, parseInteger, parseSize } from '../annotation-values.ts';
import { type AnnotationDefaults, DEFAULT_ANNOTATION_VALUES } from '../annotations.ts';
import type { ProxySettings } from '../proxy/ingress-proxy.ts';

/** What the controller's ConfigMap sets. */
export interface ControllerSettings {
  defaults: AnnotationDefaults;
  proxy: ProxySettings;
  allowsSnippets: boolean;
  wordBlocklist: readonly string[];
  isAccessLogged: boolean;
  /** Keys that have no effect here. */
  unmodelled: readonly string[];
}

/** Reads the keys of the controller's ConfigMap that are modelled. */
export function parseControllerSettings(data: Readonly<Record<string, string>> | undefined): ControllerSettings {
  const read = new Set<string>();
  const text = (key: string): string | undefined => {
    read.add(key);
    return data?.[key];
  };
  const bool = (key: string, fallback: boolean): boolean => parseBool(text(key)) ?? fallback;
  const seconds = (key: string, fallbackMs: number): number => {
    const value = parseInteger(text(key));
    return value === undefined ? fallbackMs : value * 1000;
  };
  const isHstsOn = bool('hsts', true);
  const hsts = `max-age=${text('hsts-max-age') ?? '15724800'}${bool('hsts-include-subdomains', true) ? '; includeSubDomains' : ''}${bool('hsts-preload', false) ? '; preload' : ''}`;
  const fallback = DEFAULT_ANNOTATION_VALUES;
  const settings = {
    defaults: {
      sslRedirect: bool('ssl-redirect', fallback.sslRedirect),
      forceSslRedirect: bool('force-ssl-redirect', fallback.forceSslRedirect),
      bodySizeBytes: parseSize(text('proxy-body-size')) ?? fallback.bodySizeBytes,
      connectTimeoutMs: seconds('proxy-connect-timeout', fallback.connectTimeoutMs),
      sendTimeoutMs: seconds('proxy-send-timeout', fallback.sendTimeoutMs),
      readTimeoutMs: seconds('proxy-read-timeout', fallback.readTimeoutMs),
      nextUpstreamTries: parseInteger(text('proxy-next-upstream-tries')) ?? fallback.nextUpstreamTries,
      nextUpstream: text('proxy-next-upstream') ?? fallback.nextUpstream,
      nonIdempotent: bool('retry-non-idempotent', fallback.nonIdempotent),
      isLogged: true,
    },
    proxy: {
      redirectCode: parseInteger(text('http-redirect-code')) ?? 308,
      trustsForwarded: bool('use-forwarded-headers', false),
      hsts: isHstsOn ? hsts : '',
    },
    allowsSnippets: bool('allow-snippet-annotations', false),
    wordBlocklist: (text('annotation-value-word-blocklist') ?? '')
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
    isAccessLogged: !bool('disable-access-log', false),
  };
  return { ...settings, unmodelled: Object.keys(data ?? {}).filter((key) => !read.has(key)) };
}
