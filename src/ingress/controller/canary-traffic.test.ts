import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIngressRoom, type IngressRoom, podOf } from '../../../test/support/ingress-room.ts';
import { backendKey } from '../session-affinity.ts';

let room: IngressRoom;
beforeEach(async () => {
  room = await createIngressRoom();
});
afterEach(async () => {
  await room.close();
});

const root = (service: string, extra: object = {}) => [{ service, ...extra }];

/** The usual pair: `main` and `can` for the same host and path, with these canary annotations. */
async function pair(annotations: Record<string, string> | undefined, main: Record<string, string> = {}): Promise<void> {
  room.service('stable', [await room.pod('stable')]);
  room.service('canary', [await room.pod('canary')]);
  room.ingress('main', { host: 'a.test', paths: root('stable'), annotations: main });
  if (annotations) room.ingress('can', { host: 'a.test', paths: root('canary'), annotations: { canary: 'true', ...annotations } });
  await room.start();
}
const ask = async (headers: Record<string, string> = {}, url = 'a.test/'): Promise<string> => podOf(await room.get(url, headers));

describe('the weight of a canary', () => {
  it('sends everything to stable when there is no canary Ingress', async () => {
    await pair(undefined);
    expect(room.canaryHits(1000)).toBe(0);
    expect(await ask()).toBe('stable');
  });

  it.each([
    { weight: '0', hits: 0 },
    { weight: '100', hits: 1000 },
    { weight: '150', hits: 1000 },
    { weight: '30%', hits: 0 },
    { weight: '12.5', hits: 0 },
    { weight: '-5', hits: 0 },
  ])('gives the canary $hits of 1000 requests at weight "$weight"', async ({ weight, hits }) => {
    await pair({ 'canary-weight': weight });
    expect(room.canaryHits(1000)).toBe(hits);
    expect(await ask()).toBe(hits === 0 ? 'stable' : 'canary');
  });

  it.each([
    { weight: '20', total: undefined, count: 2000, low: 330, high: 470 },
    { weight: '5', total: undefined, count: 5000, low: 190, high: 310 },
    { weight: '100', total: '200', count: 1000, low: 438, high: 562 },
    { weight: '1', total: '1000', count: 5000, low: 0, high: 15 },
    { weight: '50', total: '50', count: 1000, low: 438, high: 562 },
  ])('gives the canary $low to $high of $count requests at weight $weight of $total', async ({ weight, total, count, low, high }) => {
    await pair({ 'canary-weight': weight, ...(total ? { 'canary-weight-total': total } : {}) });
    const hits = room.canaryHits(count);
    expect(hits).toBeGreaterThanOrEqual(low);
    expect(hits).toBeLessThanOrEqual(high);
  });

  it('splits real requests over keep-alive connections by the weight', async () => {
    await pair({ 'canary-weight': '20' });
    const counts: Record<string, number> = {};
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let i = 0; i < 60; i++) {
          const pod = await ask();
          counts[pod] = (counts[pod] ?? 0) + 1;
        }
      }),
    );
    expect(counts['stable']! + counts['canary']!).toBe(960);
    expect(counts['canary']).toBeGreaterThan(140);
    expect(counts['canary']).toBeLessThan(245);
  });

  it('follows a changed weight without losing a request', async () => {
    await pair({ 'canary-weight': '20' });
    let isDone = false;
    const answers: string[] = [];
    const load = (async () => {
      while (!isDone) answers.push(await ask());
    })();
    const { ingresses } = await import('../../kube/resource-type.ts');
    await room.api.patch(
      ingresses,
      { namespace: 'default', name: 'can' },
      { type: 'merge', body: { metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary-weight': '60' } } } },
    );
    await room.until(() => room.controller.proxy.configuration.upstreams.get('default-canary-80')?.policy.weight === 60);
    isDone = true;
    await load;
    expect(answers.every((pod) => pod === 'stable' || pod === 'canary')).toBe(true);
    const hits = room.canaryHits(2000);
    expect(hits).toBeGreaterThan(1114);
    expect(hits).toBeLessThan(1286);
  });

  it('returns everything to stable, without a failed request, when the canary Ingress is deleted under load', async () => {
    await pair({ 'canary-weight': '50' });
    let isDone = false;
    const answers: string[] = [];
    const load = Promise.all(
      [1, 2, 3].map(async () => {
        while (!isDone) answers.push(await ask());
      }),
    );
    const { ingresses } = await import('../../kube/resource-type.ts');
    await room.until(() => answers.includes('canary'));
    await room.api.delete(ingresses, { namespace: 'default', name: 'can' });
    await room.until(() => !room.controller.proxy.configuration.upstreams.has('default-canary-80'));
    isDone = true;
    await load;
    expect(new Set(answers)).toEqual(new Set(['stable', 'canary']));
    expect(room.canaryHits(1000)).toBe(0);
  });
});

describe('header and cookie rules', () => {
  const header = { 'canary-by-header': 'X-Canary' };
  const cases: { fact: string; annotations: Record<string, string>; headers: Record<string, string>; pod: string }[] = [
    { fact: 'takes "always" to the canary at weight 0', annotations: header, headers: { 'X-Canary': 'always' }, pod: 'canary' },
    {
      fact: 'keeps "never" on stable at weight 100, whatever the case of the name',
      annotations: { ...header, 'canary-weight': '100' },
      headers: { 'x-canary': 'never' },
      pod: 'stable',
    },
    {
      fact: 'leaves "Always" to the weight 100',
      annotations: { ...header, 'canary-weight': '100' },
      headers: { 'X-Canary': 'Always' },
      pod: 'canary',
    },
    { fact: 'leaves "Always" to the weight 0', annotations: header, headers: { 'X-Canary': 'Always' }, pod: 'stable' },
    {
      fact: 'takes the configured header value to the canary',
      annotations: { ...header, 'canary-by-header-value': 'beta' },
      headers: { 'X-Canary': 'beta' },
      pod: 'canary',
    },
    {
      fact: 'gives "always" no meaning next to a header value',
      annotations: { ...header, 'canary-by-header-value': 'beta' },
      headers: { 'X-Canary': 'always' },
      pod: 'stable',
    },
    {
      fact: 'compares header values with their case',
      annotations: { ...header, 'canary-by-header-value': 'beta' },
      headers: { 'X-Canary': 'BETA' },
      pod: 'stable',
    },
    {
      fact: 'gives "never" no meaning next to a header value',
      annotations: { ...header, 'canary-by-header-value': 'beta', 'canary-weight': '100' },
      headers: { 'X-Canary': 'never' },
      pod: 'canary',
    },
    {
      fact: 'takes a header that matches the pattern to the canary',
      annotations: { 'canary-by-header': 'Region', 'canary-by-header-pattern': 'DE|FR' },
      headers: { Region: 'DE' },
      pod: 'canary',
    },
    {
      fact: 'does not anchor the pattern',
      annotations: { 'canary-by-header': 'Region', 'canary-by-header-pattern': 'DE|FR' },
      headers: { Region: 'XDEX' },
      pod: 'canary',
    },
    {
      fact: 'keeps a header that does not match the pattern on stable',
      annotations: { 'canary-by-header': 'Region', 'canary-by-header-pattern': 'DE|FR' },
      headers: { Region: 'US' },
      pod: 'stable',
    },
    {
      fact: 'skips cookie and weight when the pattern is no regular expression',
      annotations: { 'canary-by-header': 'Region', 'canary-by-header-pattern': '(', 'canary-weight': '100' },
      headers: { Region: 'US' },
      pod: 'stable',
    },
    {
      fact: 'never looks at the pattern when there is a header value',
      annotations: { ...header, 'canary-by-header-value': 'beta', 'canary-by-header-pattern': '.*' },
      headers: { 'X-Canary': 'x' },
      pod: 'stable',
    },
    {
      fact: 'ignores a header value without a header name',
      annotations: { 'canary-by-header-value': 'beta' },
      headers: { 'X-Canary': 'beta' },
      pod: 'stable',
    },
    {
      fact: 'takes the cookie value "always" to the canary',
      annotations: { 'canary-by-cookie': 'c' },
      headers: { Cookie: 'b=1; c=always' },
      pod: 'canary',
    },
    {
      fact: 'leaves another cookie value to the weight',
      annotations: { 'canary-by-cookie': 'c' },
      headers: { Cookie: 'c=yes' },
      pod: 'stable',
    },
    {
      fact: 'keeps the cookie value "never" on stable at weight 100',
      annotations: { 'canary-by-cookie': 'c', 'canary-weight': '100' },
      headers: { Cookie: 'c=never' },
      pod: 'stable',
    },
    {
      fact: 'lets the header "never" win over the cookie "always"',
      annotations: { ...header, 'canary-by-cookie': 'c' },
      headers: { 'X-Canary': 'never', Cookie: 'c=always' },
      pod: 'stable',
    },
    {
      fact: 'lets the header "always" win over the cookie "never"',
      annotations: { ...header, 'canary-by-cookie': 'c' },
      headers: { 'X-Canary': 'always', Cookie: 'c=never' },
      pod: 'canary',
    },
    {
      fact: 'lets the cookie decide when the header has another value',
      annotations: { ...header, 'canary-by-cookie': 'c', 'canary-weight': '100' },
      headers: { 'X-Canary': 'other', Cookie: 'c=never' },
      pod: 'stable',
    },
  ];
  it.each(cases)('$fact', async ({ annotations, headers, pod }) => {
    await pair(annotations);
    expect(await ask(headers)).toBe(pod);
  });
});

describe('how a canary Ingress attaches', () => {
  const full = { canary: 'true', 'canary-weight': '100' };
  async function twoServices(): Promise<void> {
    room.service('stable', [await room.pod('stable')]);
    room.service('canary', [await room.pod('canary')]);
  }
  const main = (): unknown => room.ingress('main', { host: 'a.test', paths: root('stable') });

  it('answers 404 when only a canary Ingress exists', async () => {
    await twoServices();
    room.ingress('can', { host: 'a.test', paths: root('canary'), annotations: { canary: 'true', 'canary-by-header': 'X-Canary' } });
    await room.start();
    expect(await ask({ 'X-Canary': 'always' })).toBe('404');
  });

  it('stays on stable while the canary has no ready endpoint', async () => {
    room.service('stable', [await room.pod('stable')]);
    room.service('canary', [await room.pod('canary')], { ready: false });
    main();
    room.ingress('can', { host: 'a.test', paths: root('canary'), annotations: full });
    await room.start();
    expect(await ask()).toBe('stable');
  });

  it("answers 503 while stable has no ready endpoint, even for the canary's header", async () => {
    room.service('stable', []);
    room.service('canary', [await room.pod('canary')]);
    main();
    room.ingress('can', { host: 'a.test', paths: root('canary'), annotations: { canary: 'true', 'canary-by-header': 'X-Canary' } });
    await room.start();
    expect(await ask({ 'X-Canary': 'always' })).toBe('503');
  });

  it.each([
    { fact: 'the Service is missing', service: 'nowhere', port: { number: 80 } },
    { fact: 'the port name is unknown', service: 'stable', port: { name: 'grpc' } },
  ])('answers 503 when $fact', async ({ service, port }) => {
    await twoServices();
    room.ingress('main', { host: 'a.test', paths: [{ service, port }] });
    await room.start();
    expect(await ask()).toBe('503');
  });

  it('does not attach a path that the main Ingress does not have', async () => {
    await twoServices();
    main();
    room.ingress('can', { host: 'a.test', paths: [{ path: '/x', service: 'canary' }], annotations: full });
    await room.start();
    expect(await ask({}, 'a.test/x')).toBe('stable');
  });

  it('drops the canary as a whole when one of its paths has no partner', async () => {
    await twoServices();
    main();
    room.ingress('can', { host: 'a.test', paths: [{ service: 'canary' }, { path: '/zzz', service: 'canary' }], annotations: full });
    await room.start();
    expect(await ask()).toBe('stable');
  });

  it.each([
    { pathType: 'Exact', pod: 'stable' },
    { pathType: 'ImplementationSpecific', pod: 'canary' },
  ])('sends a $pathType canary of a Prefix main to $pod', async ({ pathType, pod }) => {
    await twoServices();
    main();
    room.ingress('can', { host: 'a.test', paths: [{ pathType, service: 'canary' }], annotations: full });
    await room.start();
    expect(await ask()).toBe(pod);
  });

  it('does not create a host for a canary', async () => {
    await twoServices();
    main();
    room.ingress('can', { host: 'b.test', paths: root('canary'), annotations: full });
    await room.start();
    expect([await ask(), await ask({}, 'b.test/')]).toEqual(['stable', '404']);
  });

  it('splits every host that shares the primary upstream', async () => {
    await twoServices();
    main();
    room.ingress('second', { host: 'b.test', paths: root('stable') });
    room.ingress('can', { host: 'a.test', paths: root('canary'), annotations: full });
    await room.start();
    expect(await ask({}, 'b.test/')).toBe('canary');
  });

  it('keeps a host on stable that names the same Service by port name', async () => {
    await twoServices();
    main();
    room.ingress('second', { host: 'b.test', paths: [{ service: 'stable', port: { name: 'http' } }] });
    room.ingress('can', { host: 'a.test', paths: root('canary'), annotations: full });
    await room.start();
    expect(await ask({}, 'b.test/')).toBe('stable');
  });

  it("attaches a canary of another namespace with that namespace's Service", async () => {
    room.service('stable', [await room.pod('stable')]);
    room.service('canary', [await room.pod('elsewhere')], { namespace: 'shop' });
    main();
    room.ingress('can', { namespace: 'shop', host: 'a.test', paths: root('canary'), annotations: full });
    await room.start();
    expect(await ask()).toBe('elsewhere');
  });

  it('uses only the oldest of two canaries', async () => {
    await twoServices();
    room.service('second', [await room.pod('second')]);
    main();
    room.ingress('c1', { host: 'a.test', paths: root('canary'), annotations: { canary: 'true', 'canary-weight': '0' } });
    room.ingress('c2', { host: 'a.test', paths: root('second'), annotations: full });
    await room.start();
    expect(await ask()).toBe('stable');
  });

  it('treats a younger Ingress with canary "false" as an ordinary one that owns nothing', async () => {
    await twoServices();
    main();
    room.ingress('can', { host: 'a.test', paths: root('canary'), annotations: { canary: 'false', 'canary-weight': '100' } });
    await room.start();
    expect(await ask()).toBe('stable');
  });

  it('gives the canary nothing when an older preview Ingress names its Service', async () => {
    await twoServices();
    main();
    room.ingress('preview', { host: 'p.test', paths: root('canary') });
    room.ingress('can', { host: 'a.test', paths: root('canary'), annotations: full });
    await room.start();
    expect([await ask(), await ask({}, 'p.test/')]).toEqual(['stable', 'canary']);
  });

  it('answers 404 on a preview host whose Ingress is younger than the canary', async () => {
    await twoServices();
    main();
    room.ingress('can', { host: 'a.test', paths: root('canary'), annotations: full });
    room.ingress('preview', { host: 'p.test', paths: root('canary') });
    await room.start();
    expect([await ask(), await ask({}, 'p.test/')]).toEqual(['canary', '404']);
  });
});

describe('sticky sessions', () => {
  it('keeps a client on the side of its first answer, whatever header it sends later', async () => {
    await pair({ 'canary-weight': '50', 'canary-by-header': 'X-Canary' }, { affinity: 'cookie' });
    for (const side of ['stable', 'canary']) {
      const first = await room.get('a.test/', { 'X-Canary': side === 'canary' ? 'always' : 'never' });
      expect(podOf(first)).toBe(side);
      const [setCookie] = first.headers['set-cookie']!;
      expect(setCookie).toMatch(new RegExp(`^INGRESSCOOKIE=[0-9a-f]{32}\\|${backendKey(`default-${side}-80`)}; Path=/; HttpOnly$`));
      const cookie = { Cookie: setCookie!.split(';')[0]! };
      for (const later of [{}, { 'X-Canary': 'always' }, { 'X-Canary': 'never' }] as Record<string, string>[])
        expect(await ask({ ...cookie, ...later })).toBe(side);
      for (let i = 0; i < 50; i++) expect(await ask(cookie)).toBe(side);
      expect((await room.get('a.test/', cookie)).headers['set-cookie']).toBeUndefined();
    }
  });

  it('sets no cookie on canary answers under legacy behaviour but honours a stable one', async () => {
    await pair({ 'canary-weight': '0', 'canary-by-header': 'X-Canary', 'affinity-canary-behavior': 'legacy' }, { affinity: 'cookie' });
    const canary = await room.get('a.test/', { 'X-Canary': 'always' });
    expect([podOf(canary), canary.headers['set-cookie']]).toEqual(['canary', undefined]);
    const stable = await room.get('a.test/');
    expect(await ask({ Cookie: stable.headers['set-cookie']![0]!.split(';')[0]!, 'X-Canary': 'always' })).toBe('stable');
  });
});
