import { timingSafeEqual, X509Certificate } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { UserInfo } from '../../../kube/generated/types.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { type ServiceAccountTokens, TOKEN_ISSUER } from './service-account-tokens.ts';

export const ADMIN: UserInfo = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
export const ANONYMOUS: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Finds out who sent a request: client certificate first, then bearer token, as upstream's union does. */
export class Authenticator {
  readonly #adminToken: Buffer;
  readonly #authority: CertificateAuthority;
  readonly #tokens: ServiceAccountTokens;
  readonly #hostClock: Clock;

  constructor(deps: { adminToken: string; authority: CertificateAuthority; tokens: ServiceAccountTokens; hostClock: Clock }) {
    this.#adminToken = Buffer.from(deps.adminToken);
    this.#authority = deps.authority;
    this.#tokens = deps.tokens;
    this.#hostClock = deps.hostClock;
  }

  /** The user of a client certificate in DER form, or `undefined` when our authority did not issue it. */
  byCertificate(der: Uint8Array): UserInfo | undefined {
    const certificate = new X509Certificate(der);
    if (!this.#authority.isIssuerOf(certificate, this.#hostClock.nowMs())) return undefined;
    const fields = certificate.subject.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    });
    const username = fields.find(([type]) => type === 'CN')?.[1];
    if (username === undefined) return undefined;
    return { username, groups: [...fields.filter(([type]) => type === 'O').map(([, value]) => value), 'system:authenticated'] };
  }

  /** The user of a bearer token; `undefined` when it is not valid. */
  byToken(token: string, audiences?: readonly string[]): { user: UserInfo; audiences: string[] } | undefined {
    const bytes = Buffer.from(token);
    if (bytes.length === this.#adminToken.length && timingSafeEqual(bytes, this.#adminToken)) {
      // It is meant for the API server alone.
      return audiences === undefined || audiences.includes(TOKEN_ISSUER) ? { user: ADMIN, audiences: [TOKEN_ISSUER] } : undefined;
    }
    return this.#tokens.authenticate(token, audiences);
  }
}
