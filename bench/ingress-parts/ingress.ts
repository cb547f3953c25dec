// Our data plane in front of the upstream, with a canary that has header, cookie and weight rules, metrics and the access log.
import net, { type AddressInfo } from 'node:net';
import { hostClock } from '../../src/base/clock.ts';
import { seededRandom } from '../../src/base/random.ts';
import { ContainerLog } from '../../src/embedded/kubelet/container-log.ts';
import { buildConfiguration } from '../../src/ingress/build-configuration.ts';
import { RequestMetrics } from '../../src/ingress/controller/request-metrics.ts';
import { accessLineFormatter } from '../../src/ingress/proxy/access-record.ts';
import { IngressProxy } from '../../src/ingress/proxy/ingress-proxy.ts';

const upstream = Number(process.argv[2]);
const meta = { namespace: 'default', uid: '', resourceVersion: '' };
const canary = { canary: 'true', 'canary-weight': '20', 'canary-by-header': 'X-Canary', 'canary-by-cookie': 'c' };
const annotations = Object.fromEntries(Object.entries(canary).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]));
const spec = (name: string) => ({
  rules: [{ host: 'a.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] } }],
});
const configuration = buildConfiguration({
  ingresses: [
    { metadata: { ...meta, name: 'main', creationTimestamp: '2025-01-01T00:00:00Z' }, spec: spec('stable') },
    { metadata: { ...meta, name: 'can', creationTimestamp: '2025-01-01T00:00:01Z', annotations }, spec: spec('canary') },
  ] as Parameters<typeof buildConfiguration>[0]['ingresses'],
  findService: (_, name) => ({ metadata: { ...meta, name }, spec: { ports: [{ name: 'http', port: 80 }] } }) as never,
  endpointSlices: (_, name) =>
    [
      {
        addressType: 'IPv4',
        metadata: { ...meta, name },
        endpoints: [{ addresses: [name === 'stable' ? '10.0.0.1' : '10.0.0.2'] }],
        ports: [{ name: 'http', port: 8080 }],
      },
    ] as never,
  findCertificate: () => undefined,
});
const metrics = new RequestMetrics({ class: 'c', namespace: 'n', pod: 'p' }, { perHost: true, statusClasses: false });
const formatAccessLine = accessLineFormatter();
const log = new ContainerLog();
const proxy = new IngressProxy({
  clock: hostClock,
  hostClock,
  random: seededRandom(1),
  onAccess: (record) => {
    metrics.observe(record);
    log.append(record.atMs, formatAccessLine(record));
  },
  connect: () =>
    new Promise((resolve, reject) => {
      const socket = net.connect({ port: upstream, host: '127.0.0.1', noDelay: true }, () => resolve(socket)).once('error', reject);
    }),
  limits: { keepAliveRequests: Number.POSITIVE_INFINITY },
});
proxy.apply(configuration);
const front = net.createServer((socket) => proxy.accept(socket, { isHttps: false, listenPort: 80 }));
front.listen(0, '127.0.0.1', () => console.log((front.address() as AddressInfo).port));
