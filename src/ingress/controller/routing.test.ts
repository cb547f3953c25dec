import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIngressRoom, type IngressRoom, podOf } from '../../../test/support/ingress-room.ts';

let room: IngressRoom;
beforeEach(async () => {
  room = await createIngressRoom();
});
afterEach(async () => {
  await room.close();
});
const ask = async (url: string, headers: Record<string, string> = {}): Promise<string> => podOf(await room.get(url, headers));
const service = async (...names: string[]): Promise<void> => {
  for (const name of names) room.service(name, [await room.pod(name)]);
};

describe('paths', () => {
  it.each([
    { path: '/api', pod: 'web' },
    { path: '/api/', pod: 'web' },
    { path: '/api/v1', pod: 'web' },
    { path: '/apix', pod: '404' },
    { path: '/API', pod: '404' },
    { path: '/x/../api', pod: 'web' },
    { path: '//api', pod: 'web' },
    { path: '/%61pi', pod: 'web' },
  ])('answers $path from $pod below the prefix /api', async ({ path, pod }) => {
    await service('web');
    room.ingress('main', { host: 'a.test', paths: [{ path: '/api', service: 'web' }] });
    await room.start();
    expect(await ask(`a.test${path}`)).toBe(pod);
  });

  it('prefers an exact path and ignores the query for it', async () => {
    await service('login', 'web');
    room.ingress('main', { host: 'a.test', paths: [{ path: '/login', pathType: 'Exact', service: 'login' }, { service: 'web' }] });
    await room.start();
    expect([await ask('a.test/login'), await ask('a.test/login/'), await ask('a.test/login?x=1')]).toEqual(['login', 'web', 'login']);
  });

  it('redirects to the path of a prefix that ends in a slash', async () => {
    await service('web');
    room.ingress('main', { host: 'a.test', paths: [{ path: '/foo/', service: 'web' }] });
    await room.start();
    const answer = await room.get('a.test/foo');
    expect([answer.status, answer.headers.location]).toEqual([301, 'http://a.test/foo/']);
    expect(await ask('a.test/foo/')).toBe('web');
  });

  it('lets the longest prefix win', async () => {
    await service('s1', 's2');
    room.ingress('main', {
      host: 'a.test',
      paths: [
        { path: '/a', service: 's1' },
        { path: '/a/b', service: 's2' },
      ],
    });
    await room.start();
    expect([await ask('a.test/a/b/c'), await ask('a.test/a/c')]).toEqual(['s2', 's1']);
  });

  it('rewrites the path with captures and keeps the query', async () => {
    await service('web');
    room.ingress('main', {
      host: 'a.test',
      paths: [{ path: '/api(/|$)(.*)', pathType: 'ImplementationSpecific', service: 'web' }],
      annotations: { 'rewrite-target': '/$2' },
    });
    await room.start();
    const answer = await room.get('a.test/api/items?page=2');
    expect((JSON.parse(answer.body) as { url: string }).url).toBe('/items?page=2');
  });

  it('answers 302 to the app root for / only', async () => {
    await service('web');
    room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }], annotations: { 'app-root': '/start' } });
    await room.start();
    expect((await room.get('a.test/')).headers.location).toBe('http://a.test/start');
    expect(await ask('a.test/other')).toBe('web');
  });
});

describe('hosts', () => {
  it('matches a wildcard for exactly one label, after the exact host', async () => {
    await service('wild', 'exact');
    room.ingress('w', { host: '*.w.test', paths: [{ service: 'wild' }] });
    room.ingress('x', { host: 'x.w.test', paths: [{ service: 'exact' }] });
    await room.start();
    expect([await ask('y.w.test/'), await ask('x.w.test/'), await ask('w.test/'), await ask('a.b.w.test/')]).toEqual([
      'wild',
      'exact',
      '404',
      '404',
    ]);
  });

  it('ignores the case and the port of the Host header', async () => {
    await service('web');
    room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }] });
    await room.start();
    expect(await ask('A.TEST:8080/')).toBe('web');
  });

  it('answers every unknown host from a rule without host', async () => {
    await service('web');
    room.ingress('main', { paths: [{ service: 'web' }] });
    await room.start();
    expect(await ask('whoever.test/')).toBe('web');
  });

  it('answers 404, and 200 on /healthz, when there is no Ingress', async () => {
    await room.start();
    const answer = await room.get('a.test/');
    expect([answer.status, answer.headers.server]).toEqual([404, undefined]);
    expect(answer.body).toContain('404 Not Found');
    expect((await room.get('a.test/healthz')).status).toBe(200);
  });

  it('leaves an Ingress of another class alone', async () => {
    await service('web');
    room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }], className: 'other' });
    await room.start();
    expect(await ask('a.test/')).toBe('404');
  });
});

describe('redirects to https', () => {
  const tls = [{ hosts: ['a.test'], secretName: 'missing' }];
  it.each([
    { fact: 'cuts the slash of the root', path: '/', annotations: {}, tls, status: 308, location: 'https://a.test' },
    { fact: 'keeps a URI that ends otherwise', path: '/x/?q=1', annotations: {}, tls, status: 308, location: 'https://a.test/x/?q=1' },
    { fact: 'cuts the last slash of a path', path: '/x/', annotations: {}, tls, status: 308, location: 'https://a.test/x' },
    {
      fact: 'keeps the slash when asked to',
      path: '/x/',
      annotations: { 'preserve-trailing-slash': 'true' },
      tls,
      status: 308,
      location: 'https://a.test/x/',
    },
    {
      fact: 'does not redirect with ssl-redirect "false"',
      path: '/',
      annotations: { 'ssl-redirect': 'false' },
      tls,
      status: 200,
      location: undefined,
    },
    {
      fact: 'redirects without TLS when forced',
      path: '/',
      annotations: { 'force-ssl-redirect': 'true' },
      tls: undefined,
      status: 308,
      location: 'https://a.test',
    },
    { fact: 'does not redirect a host without TLS', path: '/', annotations: {}, tls: undefined, status: 200, location: undefined },
  ])('$fact', async ({ path, annotations, tls: entries, status, location }) => {
    await service('web');
    room.ingress('main', {
      host: 'a.test',
      paths: [{ service: 'web' }],
      annotations: annotations as Record<string, string>,
      ...(entries ? { tls: entries } : {}),
    });
    await room.start();
    const answer = await room.get(`a.test:8080${path}`);
    expect([answer.status, answer.headers.location]).toEqual([status, location]);
  });
});

describe('Pods that fail', () => {
  it.each(['GET', 'POST'])('hides a Pod that refuses connections from %s requests', async (method) => {
    room.service('web', [await room.pod('dead', { refuses: true }), await room.pod('alive')]);
    room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }] });
    await room.start();
    for (let i = 0; i < 100; i++)
      expect(podOf(await room.get('a.test/', {}, method, method === 'POST' ? 'some body' : undefined))).toBe('alive');
  });

  it('answers 502 when the only Pod refuses', async () => {
    room.service('web', [await room.pod('dead', { refuses: true })]);
    room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }] });
    await room.start();
    expect((await room.get('a.test/')).status).toBe(502);
  });

  it('passes a 500 of the canary on without asking stable', async () => {
    let asked = 0;
    room.service('stable', [
      await room.pod('stable', {
        handler: (_, response) => {
          asked += 1;
          response.end();
        },
      }),
    ]);
    room.service('canary', [
      await room.pod('canary', {
        handler: (_, response) => {
          response.statusCode = 500;
          response.end('broken');
        },
      }),
    ]);
    room.ingress('main', { host: 'a.test', paths: [{ service: 'stable' }] });
    room.ingress('can', {
      host: 'a.test',
      paths: [{ service: 'canary' }],
      annotations: { canary: 'true', 'canary-by-header': 'X-Canary' },
    });
    await room.start();
    const answer = await room.get('a.test/', { 'X-Canary': 'always' });
    expect([answer.status, answer.body, asked]).toEqual([500, 'broken', 0]);
  });
});

it('shows the Pod the peer as the client and keeps what the client claimed', async () => {
  await service('web');
  room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }] });
  await room.start();
  const { headers } = JSON.parse(
    (await room.get('a.test:8080/', { 'X-Forwarded-For': '9.9.9.9', 'X-Odd_Name': 'x', Proxy: 'http://evil' })).body,
  ) as { headers: Record<string, string> };
  expect(headers).toMatchObject({
    host: 'a.test:8080',
    'x-forwarded-for': '127.0.0.1',
    'x-real-ip': '127.0.0.1',
    'x-original-forwarded-for': '9.9.9.9',
    'x-forwarded-host': 'a.test:8080',
    'x-forwarded-port': '80',
    'x-forwarded-proto': 'http',
    'x-forwarded-scheme': 'http',
    'x-scheme': 'http',
  });
  expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
  expect(headers).not.toHaveProperty('x-odd_name');
  expect(headers).not.toHaveProperty('proxy');
  const second = JSON.parse((await room.get('a.test/', { 'X-Request-ID': 'mine-1' })).body) as { headers: Record<string, string> };
  expect(second.headers['x-request-id']).toBe('mine-1');
});
