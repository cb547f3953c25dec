import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { Store } from '../../store/store.ts';
import { CertificateAuthority, type Identity } from './certificate-authority.ts';
import { ServiceAccountTokens } from './service-account-tokens.ts';

/** What identifies a server to its clients, and its administrator to it. */
export interface ServerCredentials {
  authority: CertificateAuthority;
  server: Identity;
  signingKeyPem: string;
  adminToken: string;
  /** Differs between any two servers, so that no client takes one's cached documents for another's. */
  instanceId: string;
}

interface Kept {
  authority: Identity;
  server: Identity;
  signingKeyPem: string;
  adminToken: string;
  instanceId: string;
}

/** Outside `/registry`: no resource shows it. */
const KEY = '/canary-lab/server-credentials';

/** The credentials that the store holds, or new ones that it holds from then on. Secrets come from the system, not from the seed. */
export async function loadCredentials(
  store: Store,
  names: { dns: readonly string[]; ips: readonly string[] },
  hostClock: Clock,
): Promise<ServerCredentials> {
  const kept = store.get(KEY)?.value.object as Kept | undefined;
  if (kept !== undefined) return { ...kept, authority: new CertificateAuthority(kept.authority) };
  const authority = await CertificateAuthority.create(hostClock.nowMs());
  const fresh: Kept = {
    authority: authority.identity,
    server: await authority.issueServer(names, hostClock.nowMs()),
    signingKeyPem: ServiceAccountTokens.createSigningKey(),
    adminToken: randomBytes(24).toString('base64url'),
    instanceId: randomBytes(8).toString('hex'),
  };
  store.create(KEY, () => fresh);
  return { ...fresh, authority };
}
