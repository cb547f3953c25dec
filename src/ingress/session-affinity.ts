import { createHash } from 'node:crypto';
import type { SessionAffinity } from './configuration.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The part of an affinity cookie that names the upstream: what tells a stable client from a canary one. */
export function backendKey(upstreamName: string): string {
  return md5(md5(upstreamName) + upstreamName);
}

export interface AffinityCookie {
  endpointKey: string;
  backendKey: string;
}

/** Splits `<endpoint key>|<backend key>`; `undefined` when the value has another form. */
export function parseAffinityCookie(value: string | undefined): AffinityCookie | undefined {
  const bar = value?.lastIndexOf('|') ?? -1;
  if (value === undefined || bar <= 0) return undefined;
  return { endpointKey: value.slice(0, bar), backendKey: value.slice(bar + 1) };
}

/** Whether a location of this host sets the cookie. */
export function setsCookie(affinity: SessionAffinity, host: string, path: string): boolean {
  const paths = affinity.paths.get(host) ?? affinity.paths.get(host.replace(/^[^.]+/, '*'));
  return paths?.some((prefix) => path.startsWith(prefix)) ?? false;
}

/** The `Set-Cookie` value; `nowMs` is the time that `Expires` counts from. */
export function formatAffinityCookie(
  affinity: SessionAffinity,
  value: AffinityCookie,
  request: { locationPath: string; isHttps: boolean; nowMs: number },
): string {
  const parts = [`${affinity.name}=${value.endpointKey}|${value.backendKey}`];
  if (affinity.expires !== '') parts.push(`Expires=${new Date(request.nowMs + Number(affinity.expires) * 1000).toUTCString()}`);
  if (affinity.maxAge !== '') parts.push(`Max-Age=${affinity.maxAge}`);
  if (affinity.domain !== '') parts.push(`Domain=${affinity.domain}`);
  parts.push(`Path=${affinity.path || request.locationPath}`);
  if (affinity.secure ?? request.isHttps) parts.push('Secure');
  parts.push('HttpOnly');
  if (affinity.sameSite !== '') parts.push(`SameSite=${affinity.sameSite}`);
  return parts.join('; ');
}

/** The endpoint a key sticks to: rendezvous hashing, so that a change of endpoints moves only the keys of those that left. */
export function stickyEndpoint<T extends { address: string }>(endpoints: readonly T[], key: string): T | undefined {
  let best: T | undefined;
  let bestScore = '';
  for (const endpoint of endpoints) {
    const score = md5(`${key}\0${endpoint.address}`);
    if (best === undefined || score > bestScore) {
      best = endpoint;
      bestScore = score;
    }
  }
  return best;
}
