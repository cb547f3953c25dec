import { createHash, timingSafeEqual } from 'node:crypto';

export interface GuardRules {
  /** Host names, without port, under which the page may be asked for. */
  hosts: readonly string[];
  /** What every mutation must carry. */
  token: string;
  readOnly: boolean;
  /** Reading needs the token too: the page can be reached from other machines. */
  tokenToRead: boolean;
}

export interface GuardedRequest {
  method: string;
  host: string | undefined;
  origin: string | undefined;
  fetchSite: string | undefined;
  tokens: readonly (string | undefined)[];
}

/** Why a request is not served. */
export interface Refusal {
  httpStatus: 401 | 403 | 421;
  message: string;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const READS = ['GET', 'HEAD'];

/**
 * Whether a request may pass. The Host check stops DNS rebinding (a foreign name that resolves to this machine), the Origin check and the token stop pages of
 * other sites, other ports of this machine included.
 */
export function refusalOf(request: GuardedRequest, rules: GuardRules): Refusal | undefined {
  const host = request.host ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (![...LOOPBACK, ...rules.hosts].some((allowed) => (allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) : name === allowed))) {
    return { httpStatus: 421, message: `This dashboard does not answer under the name "${name}".` };
  }
  if (request.origin !== undefined && !sameOrigin(request.origin, host))
    return { httpStatus: 403, message: `Requests from "${request.origin}" are refused.` };
  const isRead = READS.includes(request.method);
  if (!isRead && request.fetchSite !== undefined && request.fetchSite !== 'same-origin')
    return { httpStatus: 403, message: 'Requests from other sites are refused.' };
  const hasToken = request.tokens.some((token) => token !== undefined && equal(token, rules.token));
  if (isRead)
    return rules.tokenToRead && !hasToken
      ? { httpStatus: 401, message: 'The token is missing: open the address that the dashboard printed when it started.' }
      : undefined;
  if (rules.readOnly) return { httpStatus: 403, message: 'This dashboard is read-only.' };
  return hasToken
    ? undefined
    : { httpStatus: 403, message: 'The token is missing or belongs to an earlier start of the dashboard: load the page again.' };
}

function sameOrigin(origin: string, host: string): boolean {
  try {
    return new URL(origin).host === new URL(`http://${host}`).host;
  } catch {
    return false;
  }
}

function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
