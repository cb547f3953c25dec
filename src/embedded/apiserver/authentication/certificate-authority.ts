import { X509Certificate } from 'node:crypto';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
/** Validity starts a day early: the clocks of a machine and of a container on it may differ. */
const EARLY_MS = DAY_MS;

/** A certificate with its private key, both PEM. */
export interface Identity {
  certificatePem: string;
  privateKeyPem: string;
}

/** The cluster's certificate authority: it signs the server's certificate and those of clients. */
export class CertificateAuthority {
  readonly certificatePem: string;
  readonly #privateKeyPem: string;

  constructor(identity: Identity) {
    this.certificatePem = identity.certificatePem;
    this.#privateKeyPem = identity.privateKeyPem;
  }

  /** What `new CertificateAuthority` makes the same authority of again. */
  get identity(): Identity {
    return { certificatePem: this.certificatePem, privateKeyPem: this.#privateKeyPem };
  }

  /** Makes a new authority, valid for ten years from `nowMs` (host time). */
  static async create(nowMs: number): Promise<CertificateAuthority> {
    const x509 = await loadX509();
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: 'CN=canary-lab',
      keys,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(nowMs - EARLY_MS),
      notAfter: new Date(nowMs + CA_DAYS * DAY_MS),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.cRLSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new CertificateAuthority({ certificatePem: certificate.toString('pem'), privateKeyPem: await privatePem(keys.privateKey) });
  }

  /** A certificate for a server with these DNS names and addresses. */
  async issueServer(names: { dns: readonly string[]; ips: readonly string[] }, nowMs: number, days = CA_DAYS): Promise<Identity> {
    const x509 = await loadX509();
    const altNames = [
      ...names.dns.map((value) => ({ type: 'dns' as const, value })),
      ...names.ips.map((value) => ({ type: 'ip' as const, value })),
    ];
    return this.#issue('CN=kube-apiserver', nowMs, days, [
      new x509.SubjectAlternativeNameExtension(altNames),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ]);
  }

  /** A client certificate: the user is the common name, the groups are the organisations (k8s.io/apiserver x509 CommonNameUserConversion). */
  async issueClient(user: { name: string; groups: readonly string[] }, nowMs: number, days = 365): Promise<Identity> {
    const x509 = await loadX509();
    const subject = [...user.groups.map((group) => ({ O: [group] })), { CN: [user.name] }];
    return this.#issue(subject, nowMs, days, [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])]);
  }

  /** Whether this authority signed the certificate and it is valid at `nowMs` (host time). */
  isIssuerOf(certificate: X509Certificate, nowMs: number): boolean {
    const own = new X509Certificate(this.certificatePem);
    return (
      certificate.checkIssued(own) &&
      certificate.verify(own.publicKey) &&
      certificate.validFromDate.getTime() <= nowMs &&
      nowMs <= certificate.validToDate.getTime()
    );
  }

  async #issue(
    subject: string | { [type: string]: string[] }[],
    nowMs: number,
    days: number,
    extensions: InstanceType<X509Module['Extension']>[],
  ): Promise<Identity> {
    const x509 = await loadX509();
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: new x509.X509Certificate(this.certificatePem).subject,
      publicKey: keys.publicKey,
      signingKey: await this.#signingKey(),
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(nowMs - EARLY_MS),
      notAfter: new Date(nowMs + days * DAY_MS),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        ...extensions,
      ],
    });
    return { certificatePem: certificate.toString('pem'), privateKeyPem: await privatePem(keys.privateKey) };
  }

  #signingKey(): Promise<CryptoKey> {
    const der = Buffer.from(this.#privateKeyPem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    return crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
  }
}

type X509Module = typeof import('@peculiar/x509');

/** The library costs some 70 ms to load, so only those load it who make a certificate. */
async function loadX509(): Promise<X509Module> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(crypto);
  return x509;
}

async function privatePem(key: CryptoKey): Promise<string> {
  const base64 = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** Serial numbers must differ between certificates of one authority; they are not part of a seeded run's visible behaviour. */
function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x01;
  return Buffer.from(bytes).toString('hex');
}
