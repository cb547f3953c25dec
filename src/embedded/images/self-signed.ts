import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** PEM texts of a fresh authority and of a server certificate that it signed. */
export interface CertificateSet {
  ca: string;
  cert: string;
  key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
// Certificates are checked against the host's time, which virtual time may have left behind: valid whenever that is.
const VALID = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2120-01-01T00:00:00Z') };

function pem(label: string, der: ArrayBuffer): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`;
}

/** Makes an authority and one server certificate for `hosts` (DNS names). The authority's key is dropped. */
export async function selfSigned(hosts: readonly string[]): Promise<CertificateSet> {
  const provider = globalThis.crypto;
  x509.cryptoProvider.set(provider);
  const authorityKeys = await provider.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const serverKeys = await provider.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'O=nil1',
    ...VALID,
    signingAlgorithm: ALGORITHM,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'O=nil2',
    issuer: authority.subject,
    ...VALID,
    signingAlgorithm: ALGORITHM,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns' as const, value }))),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  return {
    ca: pem('CERTIFICATE', authority.rawData),
    cert: pem('CERTIFICATE', certificate.rawData),
    key: pem('PRIVATE KEY', await provider.subtle.exportKey('pkcs8', serverKeys.privateKey)),
  };
}
