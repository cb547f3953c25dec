import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Server } from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeKubeApi, type FakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import { createFakeCertificate } from '../../ingress/controller/fake-certificate.ts';
import { endpointSlices, ingressClasses, ingresses, secrets, services } from '../../kube/resource-type.ts';
import type { ImageContext } from './image-program.ts';
import { createIngressNginxProgram } from './ingress-nginx.ts';

let api: FakeKubeApi;
let pod: http.Server;
let listeners: Map<number, Server>;
let files: Record<string, string>;
let lines: string[];
let listening: (() => void)[];
let term: AbortController;
let killed: AbortController;
let exit: Promise<number>;

const ARGS = [
  '--publish-status-address=localhost',
  '--election-id=ingress-nginx-leader',
  '--controller-class=k8s.io/ingress-nginx',
  '--ingress-class=nginx',
  '--configmap=$(POD_NAMESPACE)/ingress-nginx-controller',
  '--validating-webhook=:8443',
  '--validating-webhook-certificate=/usr/local/certificates/cert',
  '--validating-webhook-key=/usr/local/certificates/key',
];
const ruleFor = (host: string) => ({
  host,
  http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] },
});

/** Resolves once the condition holds for what the program has logged. */
async function untilLogged(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => listening.push(resolve));
}
const reloads = (): number => lines.filter((line) => line.includes('backend reload done')).length;
/** Asks again after each reload until the answer is the one wanted. */
async function afterReload<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const before = reloads();
    const answer = await ask();
    if (isWanted(answer)) return answer;
    await untilLogged(() => reloads() > before);
  }
}

beforeEach(async () => {
  const random = seededRandom(5);
  api = createFakeKubeApi({ clock: hostClock, random });
  [listeners, lines, listening, term, killed] = [new Map(), [], [], new AbortController(), new AbortController()];
  const webhook = await createFakeCertificate(hostClock.nowMs(), random);
  files = { '/usr/local/certificates/cert': webhook.cert, '/usr/local/certificates/key': webhook.key };
  pod = http.createServer((request, response) => {
    response.end(`${request.headers['x-forwarded-proto']}:${request.headers['x-forwarded-port']}`);
  });
  await new Promise<void>((resolve) => {
    pod.listen(0, '127.0.0.1', resolve);
  });
  api.seed(ingressClasses, { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } });
  api.seed(services, { metadata: { namespace: 'default', name: 'web' }, spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } });
  api.seed(endpointSlices, {
    addressType: 'IPv4',
    metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    endpoints: [{ addresses: ['10.244.0.9'] }],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  });
  api.seed(ingresses, {
    metadata: { namespace: 'default', name: 'main', annotations: { 'nginx.ingress.kubernetes.io/ssl-redirect': 'false' } },
    spec: {
      ingressClassName: 'nginx',
      rules: [ruleFor('a.test'), ruleFor('own.test')],
      tls: [
        { hosts: ['a.test'], secretName: 'missing' },
        { hosts: ['own.test'], secretName: 'own' },
      ],
    },
  });
  const ctx: ImageContext = {
    image: 'registry.k8s.io/ingress-nginx/controller:v1.9.4',
    command: [],
    args: ['/nginx-ingress-controller', ...ARGS],
    env: { POD_NAMESPACE: 'ingress-nginx', POD_NAME: 'controller-0' },
    pod: {
      name: 'controller-0',
      namespace: 'ingress-nginx',
      uid: 'u',
      ip: '10.244.0.2',
      nodeName: 'node',
      labels: {},
      serviceAccountName: 'ingress-nginx',
    },
    container: { name: 'controller', ports: [] },
    readFile: (path) => files[path],
    log: (line) => {
      lines.push(line);
      for (const wake of listening.splice(0)) wake();
    },
    signal: term.signal,
    killed: killed.signal,
    clock: hostClock,
    random,
    activity: new Activity(),
    diagnostics: silentLog,
    listen: async (port, server) => {
      listeners.set(
        port,
        net.createServer((socket) => server.emit('connection', socket)),
      );
      await new Promise<void>((resolve) => {
        listeners.get(port)!.listen(0, '127.0.0.1', resolve);
      });
    },
    dial: (_host, _port, signal) =>
      new Promise((resolve, reject) => {
        const socket = net.connect({ port: (pod.address() as AddressInfo).port, host: '127.0.0.1', signal });
        socket.once('connect', () => resolve(socket)).once('error', reject);
      }),
    fetch: () => Promise.reject(new Error('not used')),
    api,
  };
  exit = createIngressNginxProgram().run(ctx);
  await untilLogged(() => lines.includes('I NGINX Ingress controller is running'));
});
afterEach(async () => {
  killed.abort();
  term.abort();
  await exit;
  for (const listener of listeners.values()) listener.close();
  pod.close();
  pod.closeAllConnections();
});

const portOf = (port: number): number => (listeners.get(port)!.address() as AddressInfo).port;
const httpGet = (
  port: number,
  path: string,
  host = 'a.test',
): Promise<{ status: number; body: string; headers: http.IncomingHttpHeaders }> =>
  new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: portOf(port), path, headers: { host }, agent: false }, (response) => {
        let body = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            body += chunk;
          })
          .on('end', () => resolve({ status: response.statusCode!, body, headers: response.headers }));
      })
      .on('error', reject);
  });
const httpsCall = (
  port: number,
  host: string,
  body?: string,
): Promise<{ status: number; body: string; headers: http.IncomingHttpHeaders; subject: string }> =>
  new Promise((resolve, reject) => {
    const request = https.request(
      {
        host: '127.0.0.1',
        port: portOf(port),
        servername: host,
        headers: { host },
        rejectUnauthorized: false,
        agent: false,
        method: body === undefined ? 'GET' : 'POST',
      },
      (response) => {
        let text = '';
        const subject = String((response.socket as tls.TLSSocket).getPeerCertificate().subject.CN);
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            text += chunk;
          })
          .on('end', () => resolve({ status: response.statusCode!, body: text, headers: response.headers, subject }));
      },
    );
    request.on('error', reject).end(body);
  });

it('listens on the ports of the chart and answers health and metrics', async () => {
  expect([...listeners.keys()]).toEqual([80, 443, 10254, 8443]);
  expect(await httpGet(80, '/')).toMatchObject({ status: 200, body: 'http:80' });
  expect(await httpGet(10254, '/healthz')).toMatchObject({ status: 200, body: 'ok' });
  expect((await httpGet(10254, '/metrics')).body).toContain('ingress="main"');
});

it('speaks https with the fake certificate where the Secret is missing, and with its own once there is one', async () => {
  const fake = await httpsCall(443, 'a.test');
  expect(fake).toMatchObject({ status: 200, body: 'https:443', subject: 'Kubernetes Ingress Controller Fake Certificate' });
  expect(fake.headers['strict-transport-security']).toBe('max-age=15724800; includeSubDomains');
  expect((await httpsCall(443, 'own.test')).subject).toBe('Kubernetes Ingress Controller Fake Certificate');
  expect((await httpGet(80, '/', 'own.test')).headers['strict-transport-security']).toBeUndefined();
});

it('refuses a conflicting Ingress through its webhook', async () => {
  const object = { metadata: { name: 'second', namespace: 'default' }, spec: { ingressClassName: 'nginx', rules: [ruleFor('a.test')] } };
  const answer = await httpsCall(
    8443,
    'controller',
    JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: '1', operation: 'CREATE', object } }),
  );
  expect(JSON.parse(answer.body)).toMatchObject({
    response: { uid: '1', allowed: false, status: { message: 'host "a.test" and path "/" is already defined in ingress default/main' } },
  });
});

it('redirects to https while the Secret of a listed host is missing', async () => {
  await api.patch(ingresses, { namespace: 'default', name: 'main' }, { type: 'merge', body: { metadata: { annotations: null } } });
  const answer = await afterReload(
    () => httpGet(80, '/'),
    ({ status }) => status !== 200,
  );
  expect([answer.status, answer.headers.location]).toEqual([308, 'https://a.test']);
});

it('serves the certificate of a Secret that covers the host', async () => {
  const certificate = await createFakeCertificate(hostClock.nowMs(), seededRandom(8));
  api.seed(secrets, {
    type: 'kubernetes.io/tls',
    metadata: { namespace: 'default', name: 'local' },
    data: { 'tls.crt': Buffer.from(certificate.cert).toString('base64'), 'tls.key': Buffer.from(certificate.key).toString('base64') },
  });
  api.seed(ingresses, {
    metadata: { namespace: 'default', name: 'local' },
    spec: { ingressClassName: 'nginx', rules: [ruleFor('ingress.local')], tls: [{ hosts: ['ingress.local'], secretName: 'local' }] },
  });
  const serial = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = tls
        .connect({ host: '127.0.0.1', port: portOf(443), servername: 'ingress.local', rejectUnauthorized: false }, () => {
          resolve(socket.getPeerCertificate().raw.toString('base64'));
          socket.destroy();
        })
        .on('error', reject);
    });
  const wanted = certificate.cert.replace(/-----[^-]+-----|\s/g, '');
  expect(await afterReload(serial, (seen) => seen === wanted)).toBe(wanted);
});

it('drains on SIGTERM, takes back its status address, and ends with 0', async () => {
  for await (const event of api.watch(ingresses, { resourceVersion: '0' }))
    if (event.type !== 'BOOKMARK' && event.object.status?.loadBalancer?.ingress !== undefined) break;
  term.abort();
  expect(await exit).toBe(0);
  expect(api.all(ingresses)[0]!.status).toEqual({ loadBalancer: {} });
});
