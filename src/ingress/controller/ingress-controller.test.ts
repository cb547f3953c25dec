import { afterEach, describe, expect, it } from 'vitest';
import { createIngressRoom, type IngressRoom } from '../../../test/support/ingress-room.ts';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';
import type { Ingress } from '../../kube/generated/types.ts';
import { events, ingresses, leases } from '../../kube/resource-type.ts';
import { answerReview } from './admission-server.ts';
import { parseControllerFlags } from './controller-flags.ts';
import { serviceAddresses } from './status-addresses.ts';

let room: IngressRoom | undefined;
let clock: VirtualClock | undefined;
afterEach(async () => {
  await room?.close();
  clock?.stop();
  room = clock = undefined;
});

async function openRoom(args: string[] = []): Promise<IngressRoom> {
  clock = new VirtualClock({ host: hostClock, activity: new Activity(), startMs: 1_700_000_000_000, rate: 0 });
  const opened = (room = await createIngressRoom({ clock, args }));
  opened.service('stable', [await opened.pod('stable')]);
  opened.service('canary', [await opened.pod('canary')]);
  return opened;
}
const addressesOf = (one: Ingress): unknown => one.status?.loadBalancer?.ingress;
const draft = (name: string, annotations: Record<string, string> = {}, host = 'a.test', path = '/'): Ingress =>
  ({
    metadata: { name, namespace: 'default', annotations },
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host, http: { paths: [{ path, pathType: 'Prefix', backend: { service: { name: 'stable', port: { number: 80 } } } }] } }],
    },
  }) as Ingress;

describe('the status address', () => {
  it('is written to every handled Ingress, canaries too, and to no other', async () => {
    const { api, ingress, start, until, controller } = await openRoom();
    ingress('main', { host: 'a.test', paths: [{ service: 'stable' }] });
    ingress('can', { host: 'a.test', paths: [{ service: 'canary' }], annotations: { canary: 'true' } });
    ingress('foreign', { host: 'f.test', paths: [{ service: 'stable' }], className: 'other' });
    await start();
    await until(() => api.all(ingresses).filter((one) => addressesOf(one) !== undefined).length === 2);
    expect(controller.isLeader).toBe(true);
    expect(Object.fromEntries(api.all(ingresses).map((one) => [one.metadata.name, addressesOf(one)]))).toEqual({
      main: [{ hostname: 'localhost' }],
      can: [{ hostname: 'localhost' }],
      foreign: undefined,
    });
    expect(api.all(leases)[0]!.spec).toMatchObject({ holderIdentity: 'controller-0', leaseDurationSeconds: 30 });
  });

  it('reaches a new Ingress at the next interval of 60 s', async () => {
    const { api, ingress, start, until, controller } = await openRoom();
    ingress('main', { host: 'a.test', paths: [{ service: 'stable' }] });
    await start();
    await until(() => addressesOf(api.all(ingresses)[0]!) !== undefined);
    ingress('late', { host: 'l.test', paths: [{ service: 'stable' }] });
    await until(() => controller.proxy.configuration.servers.has('l.test'));
    await clock!.advanceTo(clock!.nowMs() + 59_000);
    expect(addressesOf(api.all(ingresses).find(({ metadata }) => metadata.name === 'late')!)).toBeUndefined();
    await clock!.advanceTo(clock!.nowMs() + 2000);
    await until(() => addressesOf(api.all(ingresses).find(({ metadata }) => metadata.name === 'late')!) !== undefined);
  });

  it('is taken away when the only controller Pod ends', async () => {
    const { api, ingress, start, until, controller } = await openRoom();
    ingress('main', { host: 'a.test', paths: [{ service: 'stable' }] });
    await start();
    await until(() => addressesOf(api.all(ingresses)[0]!) !== undefined);
    await controller.stop();
    await until(() => addressesOf(api.all(ingresses)[0]!) === undefined);
  });

  it('waits for the Lease of another holder to expire', async () => {
    const { api, start, until, controller } = await openRoom();
    api.seed(leases, {
      metadata: { namespace: 'ingress-nginx', name: 'ingress-nginx-leader' },
      spec: { holderIdentity: 'gone', leaseDurationSeconds: 30, renewTime: '2023-11-14T22:13:20.000000Z', leaseTransitions: 4 },
    });
    await start();
    await clock!.advanceTo(clock!.nowMs() + 22_000);
    expect(controller.isLeader).toBe(false);
    await clock!.advanceTo(clock!.nowMs() + 32_000);
    await until(() => controller.isLeader);
    expect(api.all(leases)[0]!.spec).toMatchObject({ holderIdentity: 'controller-0', leaseTransitions: 5 });
  });

  it.each([
    { type: 'NodePort', spec: { clusterIP: '10.96.0.5' }, balancer: undefined, expected: [{ ip: '10.96.0.5' }] },
    { type: 'ClusterIP', spec: { clusterIP: '10.96.0.5', externalIPs: ['1.2.3.4'] }, balancer: undefined, expected: [{ ip: '1.2.3.4' }] },
    { type: 'LoadBalancer', spec: { clusterIP: '10.96.0.5' }, balancer: undefined, expected: [] },
    {
      type: 'LoadBalancer',
      spec: { clusterIP: '10.96.0.5' },
      balancer: [{ hostname: 'lb.example' }],
      expected: [{ hostname: 'lb.example' }],
    },
  ])('of a published $type Service is $expected', ({ type, spec, balancer, expected }) => {
    expect(
      serviceAddresses({ metadata: {} as never, spec: { type, ...spec }, status: { loadBalancer: balancer ? { ingress: balancer } : {} } }),
    ).toEqual(expected);
  });
});

describe('admission', () => {
  it.each([
    {
      fact: 'a second ordinary Ingress of the same host and path',
      ingress: draft('second'),
      text: 'host "a.test" and path "/" is already defined in ingress default/main',
    },
    {
      fact: 'a snippet annotation',
      ingress: draft('other', { 'nginx.ingress.kubernetes.io/server-snippet': 'x' }, 'b.test'),
      text: 'nginx.ingress.kubernetes.io/server-snippet annotation cannot be used. Snippet directives are disabled by the Ingress administrator',
    },
    {
      fact: 'a path that reads secrets',
      ingress: draft('other', {}, 'b.test', '/var/run/secrets'),
      text: 'invalid object: invalid rule in ingress default/other: invalid http path: invalid value found: /var/run/secrets',
    },
    {
      fact: 'a path with a look-ahead on a host of regular expressions',
      ingress: draft('other', { 'nginx.ingress.kubernetes.io/use-regex': 'true' }, 'b.test', '/(?!admin).*'),
      text: 'host "b.test": path "/(?!admin).*" is not modelled as a regular expression: error parsing regexp: invalid or unsupported Perl syntax: `(?!`',
    },
  ])("denies $fact with upstream's text", async ({ ingress, text }) => {
    const opened = await openRoom();
    opened.ingress('main', { host: 'a.test', paths: [{ service: 'stable' }] });
    await opened.start();
    expect(opened.controller.denialOf(ingress)).toBe(text);
  });

  it.each([
    { fact: 'a canary of the same host and path', ingress: draft('can', { 'nginx.ingress.kubernetes.io/canary': 'true' }) },
    { fact: 'an explicit canary "false"', ingress: draft('can', { 'nginx.ingress.kubernetes.io/canary': 'false' }) },
    { fact: 'an update of the owner', ingress: draft('main') },
    {
      fact: 'a weight that is no number',
      ingress: draft('can', { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '30%' }),
    },
    {
      fact: 'the same path on a host without regular expressions',
      ingress: draft('other', {}, 'b.test', '/(?!admin).*'),
    },
    { fact: 'another class', ingress: { ...draft('second'), spec: { ...draft('second').spec, ingressClassName: 'other' } } },
  ])('accepts $fact', async ({ ingress }) => {
    const opened = await openRoom();
    opened.ingress('main', { host: 'a.test', paths: [{ service: 'stable' }] });
    await opened.start();
    expect(opened.controller.denialOf(ingress)).toBeUndefined();
  });

  it('answers a review with code 400 and the uid of the request', () => {
    const body = JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { uid: 'u-1', operation: 'CREATE', object: draft('x') },
    });
    expect(JSON.parse(answerReview(body, () => 'no'))).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'u-1', allowed: false, status: { metadata: {}, status: 'Failure', message: 'no', reason: 'BadRequest', code: 400 } },
    });
    expect(JSON.parse(answerReview(body, () => undefined))).toMatchObject({ response: { uid: 'u-1', allowed: true } });
  });
});

it('records that an Ingress was scheduled and that NGINX reloaded, but not for a weight', async () => {
  const { api, ingress, start, until, controller } = await openRoom(['--disable-leader-election=true', '--update-status=false']);
  ingress('main', { host: 'a.test', paths: [{ service: 'stable' }] });
  const can = ingress('can', { host: 'a.test', paths: [{ service: 'canary' }], annotations: { canary: 'true', 'canary-weight': '5' } });
  await start();
  await api.patch(
    ingresses,
    { namespace: 'default', name: can.metadata.name },
    { type: 'merge', body: { metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary-weight': '25' } } } },
  );
  await until(() => controller.proxy.configuration.upstreams.get('default-canary-80')?.policy.weight === 25);
  await controller.stop();
  const texts = api
    .all(events)
    .map((event) => [event.involvedObject.kind, event.involvedObject.name, event.reason, event.message, event.count]);
  expect(texts).toContainEqual(['Ingress', 'can', 'Sync', 'Scheduled for sync', 2]);
  expect(texts).toContainEqual(['Ingress', 'main', 'Sync', 'Scheduled for sync', 1]);
  expect(texts).toContainEqual(['Pod', 'controller-0', 'RELOAD', 'NGINX reload triggered due to a change in configuration', 1]);
});

it('counts canary requests under the main Ingress, told apart by the canary label alone', async () => {
  const { ingress, start, controller, get, lines } = await openRoom();
  ingress('main', { host: 'a.test', paths: [{ service: 'stable' }] });
  ingress('can', { host: 'a.test', paths: [{ service: 'canary' }], annotations: { canary: 'true', 'canary-by-header': 'X-Canary' } });
  await start();
  await get('a.test/x');
  await get('a.test/x', { 'X-Canary': 'always' });
  await get('a.test/x', { 'X-Canary': 'always' });
  await get('unknown.test/');
  const labels = (canary: string): string =>
    `canary="${canary}",controller_class="k8s.io/ingress-nginx",controller_namespace="ingress-nginx",controller_pod="controller-0",host="a.test",ingress="main",method="GET",namespace="default",path="/",service="stable",status="200"`;
  const text = controller.metricsText();
  expect(text).toContain(`nginx_ingress_controller_requests{${labels('')}} 1\n`);
  expect(text).toContain(`nginx_ingress_controller_requests{${labels('default-canary-80')}} 2\n`);
  expect(text).toContain(`nginx_ingress_controller_request_duration_seconds_bucket{${labels('')},le="+Inf"} 1\n`);
  expect(text).not.toContain('unknown.test');
  expect(lines.find((line) => line.includes('[default-stable-80] [default-canary-80]'))).toMatch(
    /"GET \/x HTTP\/1\.1" 200 \d+ "-" "-" \d+ [\d.]+ \[default-stable-80\] \[default-canary-80\] 10\.244\.0\.2:8080 \d+ [\d.]+ 200 [0-9a-f]{32}$/,
  );
});

it('names what it does not model in its log', async () => {
  const { ingress, start, lines } = await openRoom(['--enable-ssl-passthrough']);
  ingress('main', { host: 'a.test', paths: [{ service: 'stable' }], annotations: { 'enable-cors': 'true' } });
  await start();
  expect(lines).toContain('W flag --enable-ssl-passthrough is not modelled and has no effect');
  expect(lines).toContain('W Ingress default/main: annotation "nginx.ingress.kubernetes.io/enable-cors" is not modelled and has no effect');
});

it('refuses both publishing flags together', () => {
  expect(() => parseControllerFlags(['--publish-service=a/b', '--publish-status-address=localhost'])).toThrow('mutually exclusive');
});

it('reads the arguments of the chart', () => {
  expect(
    parseControllerFlags([
      '/nginx-ingress-controller',
      '--election-id=ingress-nginx-leader',
      '--controller-class=k8s.io/ingress-nginx',
      '--ingress-class=nginx',
      '--configmap=ns/cm',
      '--validating-webhook=:8443',
      '--validating-webhook-certificate=/usr/local/certificates/cert',
      '--watch-ingress-without-class=true',
      '--publish-status-address',
      'localhost',
    ]),
  ).toMatchObject({
    electionId: 'ingress-nginx-leader',
    configMap: 'ns/cm',
    webhookPort: 8443,
    webhookCertificate: '/usr/local/certificates/cert',
    watchWithoutClass: true,
    publishStatusAddress: ['localhost'],
    unmodelled: [],
  });
});
