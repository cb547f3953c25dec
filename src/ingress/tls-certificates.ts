import { X509Certificate } from 'node:crypto';
import type { Ingress, Secret } from '../kube/generated/types.ts';
import type { TlsCertificate } from './configuration.ts';

/** The certificate and key of a `kubernetes.io/tls` Secret as PEM; `undefined` when either is missing or no certificate. */
export function certificateOf(secret: Secret | undefined): TlsCertificate | undefined {
  const [cert, key] = ['tls.crt', 'tls.key'].map((name) => secret?.data?.[name]);
  if (!cert || !key) return undefined;
  const pem = { cert: Buffer.from(cert, 'base64').toString(), key: Buffer.from(key, 'base64').toString() };
  return parsed(pem) === undefined ? undefined : pem;
}

function parsed({ cert }: TlsCertificate): X509Certificate | undefined {
  try {
    return new X509Certificate(cert);
  } catch {
    return undefined;
  }
}

/** Whether the certificate is good for the host; for `*.x`, whether it names the wildcard. */
export function covers(certificate: TlsCertificate, host: string): boolean {
  return parsed(certificate)?.checkHost(host.startsWith('*.') ? `a${host.slice(1)}` : host) !== undefined;
}

/**
 * Whether the Ingress configures TLS for the host: listed in `spec.tls`, or covered by one of its Secrets. A listed host whose
 * Secret is missing or does not cover it counts too, with the fake certificate.
 */
export function certificateFor(
  host: string,
  ingress: Ingress,
  find: (secret: string) => TlsCertificate | undefined,
): { certificate: TlsCertificate | undefined } | undefined {
  const entries = ingress.spec.tls ?? [];
  const listed = entries.find((entry) => entry.hosts?.includes(host));
  if (listed !== undefined) {
    const certificate = listed.secretName ? find(listed.secretName) : undefined;
    return { certificate: certificate && covers(certificate, host) ? certificate : undefined };
  }
  for (const { secretName } of entries) {
    const certificate = secretName ? find(secretName) : undefined;
    if (certificate && covers(certificate, host)) return { certificate };
  }
  return undefined;
}
