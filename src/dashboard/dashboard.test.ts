import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ask, type DashboardRoom, openDashboard } from '../../test/support/dashboard-room.ts';
import { silentLog } from '../base/log.ts';
import { serveDashboard } from './serve-dashboard.ts';
import { TOKEN_HEADER } from './wire.ts';

let room: DashboardRoom;
beforeEach(async () => {
  room = await openDashboard();
});
afterEach(() => room.stop());

const abort = '/rollouts/api/v1/rollouts/lab/demo/abort';

describe('addresses', () => {
  it.each([
    ['/', '/rollouts/'],
    ['/rollouts', '/rollouts/'],
    ['/rollout/demo', '/rollouts/rollout/demo'],
    ['/rollout/lab/demo', '/rollouts/rollout/lab/demo'],
  ])('sends %s on to %s', async (from, to) => {
    const { status, headers } = await room.ask(from);
    expect([status, headers.location]).toEqual([302, to]);
  });

  it.each(['/rollouts/', '/rollouts/lab', '/rollouts/rollout/demo', '/rollouts/rollout/lab/demo'])(
    'serves the page at %s',
    async (path) => {
      const { status, headers, text } = await room.ask(path);
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).toContain('<base href="/rollouts/" />');
      expect(text).toContain(`content="${room.dashboard.token}"`);
    },
  );

  it('knows nothing outside its root', async () => {
    expect((await room.ask('/elsewhere')).status).toBe(404);
  });

  it('moves everything under another root', async () => {
    const other = await openDashboard({ rootPath: '/team/rollouts/' });
    try {
      expect((await other.ask('/')).headers.location).toBe('/team/rollouts/');
      expect((await other.ask('/team/rollouts/rollout/demo')).text).toContain('<base href="/team/rollouts/" />');
      expect((await other.ask('/team/rollouts/api/v1/namespace')).json()).toMatchObject({ namespace: 'lab' });
      expect((await other.ask('/rollouts/')).status).toBe(404);
    } finally {
      await other.stop();
    }
  });

  it('serves its files compressed, under 120 KB in all, and as unchanged when they are', async () => {
    const { text } = await room.ask('/rollouts/');
    const files = [...text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1]!);
    expect(files.length).toBeGreaterThanOrEqual(3);
    let bytes = text.length;
    for (const file of files) {
      const { status, headers } = await room.ask(`/rollouts/${file}`, { headers: { 'accept-encoding': 'gzip' } });
      expect(status).toBe(200);
      bytes += Number(headers['content-length']);
      expect((await room.ask(`/rollouts/${file}`, { headers: { 'if-none-match': headers.etag! } })).status).toBe(304);
    }
    expect(bytes).toBeLessThan(120_000);
  });

  it('lets the browser load nothing from elsewhere and put it into no frame', async () => {
    const policy = (await room.ask('/rollouts/')).headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect((await room.ask('/rollouts/')).text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});

describe('requests from elsewhere', () => {
  const self = (): string => `127.0.0.1:${room.port}`;

  it.each<[string, () => Ask, number]>([
    ['a change without a token', () => ({ method: 'PUT', headers: { [TOKEN_HEADER]: '' } }), 403],
    ['a change with a wrong token', () => ({ method: 'PUT', headers: { [TOKEN_HEADER]: 'x'.repeat(43) } }), 403],
    ['a change from another site', () => ({ method: 'PUT', headers: { origin: 'https://evil.example' } }), 403],
    ['a change from another port of this machine', () => ({ method: 'PUT', headers: { origin: 'http://127.0.0.1:8080' } }), 403],
    ['a change from no site at all', () => ({ method: 'PUT', headers: { origin: 'null' } }), 403],
    ['a change that the browser calls cross-site', () => ({ method: 'PUT', headers: { 'sec-fetch-site': 'same-site' } }), 403],
    ['a change under a foreign name', () => ({ method: 'PUT', headers: { host: 'evil.example' } }), 421],
    ['a change under a foreign name with the port', () => ({ method: 'PUT', headers: { host: `evil.example:${room.port}` } }), 421],
    ['a change with POST and no token', () => ({ method: 'POST', headers: { [TOKEN_HEADER]: '' } }), 403],
  ])('refuses %s', async (_, ask, status) => {
    const answer = await room.ask(abort, ask());
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ code: 7, message: expect.any(String) });
    expect(room.api.writes).toEqual([]);
  });

  it.each(['/rollouts/', '/rollouts/api/v1/rollouts/lab/info', '/rollouts/api/v1/rollouts/lab/info/watch'])(
    'refuses to show %s under a foreign name',
    async (path) => {
      const { status, text } = await room.ask(path, { headers: { host: 'evil.example' } });
      expect(status).toBe(421);
      expect(text).not.toContain(room.dashboard.token);
    },
  );

  it('answers no preflight and permits no other site to read', async () => {
    const { status, headers } = await room.ask(abort, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'PUT' },
    });
    expect(status).toBe(403);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(Object.keys((await room.ask('/rollouts/api/v1/version')).headers).filter((name) => name.startsWith('access-control-'))).toEqual(
      [],
    );
  });

  it('accepts a change from its own page, by header or by cookie', async () => {
    expect(
      (await room.ask(abort, { method: 'PUT', headers: { origin: `http://${self()}`, 'sec-fetch-site': 'same-origin' } })).status,
    ).toBe(200);
    const [cookie] = (await room.ask('/rollouts/')).headers['set-cookie']!;
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(
      (
        await room.ask(abort, {
          method: 'PUT',
          headers: { [TOKEN_HEADER]: '', cookie: cookie!.split(';')[0]!, origin: `http://${self()}` },
        })
      ).status,
    ).toBe(200);
  });
});

it('refuses every change when it is read-only, token or not', async () => {
  const readOnly = await openDashboard({ readOnly: true });
  try {
    for (const action of ['promote', 'abort', 'retry', 'restart', 'undo/1', 'set/demo/image/v1']) {
      const { status, json } = await readOnly.ask(`/rollouts/api/v1/rollouts/lab/demo/${action}`, { method: 'PUT', body: {} });
      expect([status, json()]).toEqual([403, { code: 7, message: 'This dashboard is read-only.' }]);
    }
    expect(readOnly.api.writes).toEqual([]);
    expect((await readOnly.ask('/rollouts/lab/v1/settings')).json()).toMatchObject({ readOnly: true });
    expect((await readOnly.ask('/rollouts/api/v1/rollouts/lab/demo/info')).status).toBe(200);
  } finally {
    await readOnly.stop();
  }
});

it('shows nothing without the token where other machines can reach it', async () => {
  const open = await openDashboard({ tokenToRead: true, hosts: ['192.0.2.1'] });
  try {
    const headers = { host: '192.0.2.1:3100' };
    expect((await open.ask('/rollouts/', { headers })).status).toBe(401);
    expect((await open.ask('/rollouts/api/v1/rollouts/lab/info', { headers })).status).toBe(401);
    const entered = await open.ask(`/rollouts/?token=${open.dashboard.token}`, { headers });
    expect(entered.status).toBe(200);
    const cookie = entered.headers['set-cookie']![0]!.split(';')[0]!;
    expect((await open.ask('/rollouts/api/v1/rollouts/lab/info', { headers: { ...headers, cookie } })).status).toBe(200);
  } finally {
    await open.stop();
  }
});

describe('listening', () => {
  const options = () => ({ api: room.api, clusterNowMs: () => 0, namespace: 'lab', context: 'lab', log: silentLog });

  it('takes the next free port of 127.0.0.1 when the wanted one is taken', async () => {
    const blocker = createServer();
    const taken = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port));
    });
    const served = await serveDashboard({ ...options(), port: taken });
    try {
      expect(served.port).toBeGreaterThan(taken);
      expect(served.url).toBe(`http://localhost:${served.port}/rollouts`);
    } finally {
      await served.stop();
      blocker.close();
    }
  });

  it("says which option to change when the address is not this machine's", async () => {
    await expect(serveDashboard({ ...options(), port: 0, address: '192.0.2.1' })).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
      next: expect.stringContaining('--address'),
    });
  });

  it('ends its streams when it stops, after what was sent', async () => {
    const served = await serveDashboard({ ...options(), port: 0 });
    const response = await fetch(`http://127.0.0.1:${served.port}/rollouts/api/v1/rollouts/lab/info/watch`);
    await served.stop();
    expect(JSON.parse((await response.text()).trim())).toMatchObject({ result: { type: 'Updated' } });
  });
});
