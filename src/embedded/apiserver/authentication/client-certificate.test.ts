import https from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostClock } from '../../../base/clock.ts';
import { startTestServer, type TestServer } from '../test-api-server.ts';
import { CertificateAuthority, type Identity } from './certificate-authority.ts';

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(async () => {
  await api.stop();
});

/** Who the server takes the bearer of this certificate for. */
function whoAmI(identity: Identity): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${api.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`,
      {
        method: 'POST',
        ca: api.server.caCertificatePem,
        cert: identity.certificatePem,
        key: identity.privateKeyPem,
        agent: false,
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += String(chunk);
        });
        response.on('end', () => resolve({ status: response.statusCode!, body }));
      },
    );
    request.on('error', reject);
    request.end('{}');
  });
}

it('takes the user from the common name and the groups from the organisations of a client certificate', async () => {
  const { status, body } = await whoAmI(await api.server.issueClientCertificate({ name: 'jane', groups: ['team-a', 'team-b'] }));
  expect([status, JSON.parse(body)]).toMatchObject([
    201,
    { status: { userInfo: { username: 'jane', groups: ['team-a', 'team-b', 'system:authenticated'] } } },
  ]);
});

it('takes the bearer of a certificate of another authority for nobody', async () => {
  const other = await CertificateAuthority.create(hostClock.nowMs());
  const { status, body } = await whoAmI(await other.issueClient({ name: 'jane', groups: ['system:masters'] }, hostClock.nowMs()));
  expect([status, JSON.parse(body)]).toMatchObject([403, { message: expect.stringContaining('User "system:anonymous"') }]);
});

it('refuses an expired certificate', async () => {
  const longAgo = hostClock.nowMs() - 400 * 86_400_000;
  const authority = await CertificateAuthority.create(longAgo);
  const { X509Certificate } = await import('node:crypto');
  const certificate = new X509Certificate((await authority.issueClient({ name: 'jane', groups: [] }, longAgo)).certificatePem);
  expect([authority.isIssuerOf(certificate, longAgo), authority.isIssuerOf(certificate, hostClock.nowMs())]).toEqual([true, false]);
});
