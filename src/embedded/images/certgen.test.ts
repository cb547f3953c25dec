import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { expect, it } from 'vitest';
import { openKubeletRoom } from '../../../test/support/kubelet-room.ts';
import { secrets, validatingWebhookConfigurations } from '../../kube/resource-type.ts';
import { createCertgenProgram } from './certgen.ts';
import { selfSigned } from './self-signed.ts';

const certgen = (args: string[]) => ({ restartPolicy: 'OnFailure', containers: [{ name: 'job', image: 'certgen:v1', args }] });
const create = [
  'create',
  '--host=admission,admission.ingress-nginx.svc',
  '--namespace=ingress-nginx',
  '--secret-name=ingress-nginx-admission',
];
const text = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString('utf8');

it('makes the Secret once and writes its authority into the webhook', async () => {
  await using room = await openKubeletRoom({ certgen: createCertgenProgram() });
  room.api.seed(validatingWebhookConfigurations, {
    metadata: { name: 'ingress-nginx-admission' },
    webhooks: [{ name: 'v.example.com', admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Ignore', clientConfig: {} }],
  });
  await room.bind(certgen(create), { name: 'create' });
  await expect.poll(() => room.pod('create').status?.phase).toBe('Succeeded');
  const secret = room.api.all(secrets)[0]!;
  expect(Object.keys(secret.data ?? {}).sort()).toEqual(['ca', 'cert', 'key']);

  await room.bind(certgen(create), { name: 'again' });
  await expect.poll(() => room.pod('again').status?.phase).toBe('Succeeded');
  expect(room.api.all(secrets)[0]!.data).toEqual(secret.data);

  await room.bind(
    certgen([
      'patch',
      '--webhook-name=ingress-nginx-admission',
      '--namespace=ingress-nginx',
      '--patch-mutating=false',
      '--secret-name=ingress-nginx-admission',
      '--patch-failure-policy=Fail',
    ]),
    { name: 'patch' },
  );
  await expect.poll(() => room.pod('patch').status?.phase).toBe('Succeeded');
  const [webhook] = room.api.all(validatingWebhookConfigurations)[0]!.webhooks!;
  expect(webhook).toMatchObject({ failurePolicy: 'Fail', clientConfig: { caBundle: secret.data!.ca } });
  expect(text(webhook!.clientConfig.caBundle)).toMatch(/^-----BEGIN CERTIFICATE-----/);
});

it('fails when there is no Secret to patch from', async () => {
  await using room = await openKubeletRoom({ certgen: createCertgenProgram() });
  await room.bind({ ...certgen(['patch', '--webhook-name=x', '--namespace=default', '--secret-name=none']), restartPolicy: 'Never' });
  await expect.poll(() => room.pod().status?.phase).toBe('Failed');
});

it('makes certificates that a TLS client accepts for the named hosts only', async () => {
  const { ca, cert, key } = await selfSigned(['admission.ingress-nginx.svc']);
  const server = createServer({ cert, key }, (socket) => socket.end('hi')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const good = connect({ host: '127.0.0.1', port, ca, servername: 'admission.ingress-nginx.svc' });
  await once(good, 'secureConnect');
  expect(good.authorized).toBe(true);
  good.destroy();
  const bad = connect({ host: '127.0.0.1', port, ca, servername: 'other.svc' });
  await expect(once(bad, 'secureConnect')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  server.close();
});
