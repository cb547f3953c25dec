import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type DashboardRoom, openDashboard, seedPausedCanary } from '../../test/support/dashboard-room.ts';
import { pods } from '../kube/resource-type.ts';
import { rollouts } from '../rollouts/rollout.ts';
import type { WireListEvent, WireRollout, WireRolloutEvent } from './wire.ts';

let room: DashboardRoom;
beforeEach(async () => {
  room = await openDashboard();
});
afterEach(() => room.stop());

const api = '/rollouts/api/v1';
const demo = `${api}/rollouts/lab/demo`;
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const KEY = { namespace: 'lab', name: 'demo' };

describe('reading', () => {
  it('tells its version and the namespaces that hold Rollouts', async () => {
    expect((await room.ask(`${api}/version`)).json()).toEqual({ rolloutsVersion: expect.stringMatching(/^v1\.9\.0\+/) });
    expect((await room.ask(`${api}/namespace`)).json()).toEqual({ namespace: 'lab', availableNamespaces: ['lab'] });
  });

  it('answers under the prefix of older versions, too', async () => {
    expect((await room.ask('/api/v1/namespace')).json()).toEqual({ namespace: 'lab', availableNamespaces: ['lab'] });
  });

  it('shows a Rollout as upstream does, without zero values', async () => {
    const { status, headers, json } = await room.ask(`${demo}/info`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(json()).toEqual({
      objectMeta: {
        name: 'demo',
        namespace: 'lab',
        uid: 'uid-rollout',
        generation: 1,
        resourceVersion: expect.any(String),
        creationTimestamp: '2026-01-01T00:00:00Z',
        annotations: { 'rollout.argoproj.io/revision': '2' },
      },
      status: 'Paused',
      message: 'CanaryPauseStep',
      icon: '॥',
      strategy: 'Canary',
      step: '1/8',
      setWeight: '20',
      actualWeight: '20',
      ready: 6,
      current: 6,
      desired: 5,
      updated: 1,
      available: 6,
      restartedAt: 'Never',
      generation: '1',
      replicaSets: [
        {
          objectMeta: expect.objectContaining({ name: 'demo-bbb' }),
          status: 'Healthy',
          icon: '✔',
          revision: 2,
          canary: true,
          replicas: 1,
          available: 1,
          images: ['registry.lab/demo:v2'],
          pods: [{ objectMeta: expect.objectContaining({ name: 'demo-bbb-c1' }), status: 'Running', icon: '✔', ready: '1/1' }],
        },
        {
          objectMeta: expect.objectContaining({ name: 'demo-aaa' }),
          status: 'Healthy',
          icon: '✔',
          revision: 1,
          stable: true,
          replicas: 5,
          available: 5,
          images: ['registry.lab/demo:v1'],
          pods: [expect.objectContaining({ ready: '1/1' }), expect.objectContaining({ restarts: 2 })],
        },
      ],
      containers: [{ name: 'demo', image: 'registry.lab/demo:v2' }],
      steps: [
        { setWeight: 20 },
        { pause: {} },
        { setWeight: 40 },
        { pause: { duration: 10 } },
        { setWeight: 60 },
        { pause: { duration: 10 } },
        { setWeight: 80 },
        { pause: { duration: 10 } },
      ],
    });
  });

  it('lists the Rollouts of one namespace', async () => {
    expect((await room.ask(`${api}/rollouts/lab/info`)).json()).toEqual({
      rollouts: [expect.objectContaining({ status: 'Paused', replicaSets: expect.any(Array) })],
    });
    expect((await room.ask(`${api}/rollouts/elsewhere/info`)).json()).toEqual({ rollouts: [] });
  });

  it.each([
    ['an absent Rollout', `${api}/rollouts/lab/nothing/info`, 500, { code: 2, message: 'rollout.argoproj.io "nothing" not found' }],
    [
      'a watch of an absent Rollout',
      `${api}/rollouts/lab/nothing/info/watch`,
      500,
      { code: 2, message: 'rollout.argoproj.io "nothing" not found' },
    ],
    ['an unknown call', `${api}/nonsense`, 404, { code: 5, message: 'Not Found' }],
    ['an unknown part of a Rollout', `${demo}/info/nonsense`, 404, { code: 5, message: 'Not Found' }],
    ['a badly encoded name', `${api}/rollouts/lab/%zz/info`, 400, { code: 3, message: '"%zz" is not well encoded' }],
  ])('answers for %s with code and message', async (_, path, status, body) => {
    const answer = await room.ask(path);
    expect([answer.status, answer.json()]).toEqual([status, body]);
  });
});

describe('watching', () => {
  /** Follows the list, makes the change when what is there has been told, and resolves when two lines have come. */
  async function listWith(change: () => Promise<unknown>): Promise<Answer> {
    const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>();
    const streaming = room.follow(`${api}/rollouts/lab/info/watch`, (text) => {
      if (lines(text).length >= 1) begin();
      return lines(text).length >= 2;
    });
    await hasBegun;
    await change();
    return streaming;
  }

  it('writes one line of JSON per event, first what is there and then each change', async () => {
    const { headers, text } = await listWith(() =>
      room.api.patch(rollouts, KEY, { type: 'merge', body: { status: { phase: 'Healthy', message: '' } } }, { subresource: 'status' }),
    );
    expect(headers['content-type']).toBe('application/json');
    expect(headers['transfer-encoding']).toBe('chunked');
    const events = lines(text).map((line) => JSON.parse(line) as WireListEvent);
    expect(events.map(({ result }) => [result.type, result.rolloutInfo.objectMeta.name])).toEqual([
      ['Updated', 'demo'],
      ['Updated', 'demo'],
    ]);
    expect(events[1]!.result.rolloutInfo.analysisRuns).toBeUndefined();
  });

  it('tells the list of a Pod that went', async () => {
    const { text } = await listWith(() => room.api.delete(pods, { namespace: 'lab', name: 'demo-aaa-s1' }, { gracePeriodSeconds: 0 }));
    const last = JSON.parse(lines(text).at(-1)!) as WireListEvent;
    expect(last.result.rolloutInfo.replicaSets![1]!.pods).toHaveLength(1);
  });

  it('sends events of one namespace only', async () => {
    const streaming = room.follow(`${api}/rollouts/other/info/watch`, (text) => lines(text).length === 1);
    await room.api.patch(rollouts, KEY, { type: 'merge', body: { spec: { paused: true } } });
    await room.api.create(rollouts, { ...structuredClone(room.api.all(rollouts)[0]!), metadata: { name: 'second', namespace: 'other' } });
    expect((JSON.parse(lines((await streaming).text)[0]!) as WireListEvent).result.rolloutInfo.objectMeta.namespace).toBe('other');
  });

  it('repeats one Rollout every second', async () => {
    let tookMs = Number.POSITIVE_INFINITY;
    // A machine that is held up for a while is asked again.
    for (let attempt = 0; attempt < 5 && tookMs >= 4000; attempt++) {
      const startedMs = performance.now();
      const { text } = await room.follow(`${demo}/info/watch`, (sofar) => lines(sofar).length >= 3);
      tookMs = performance.now() - startedMs;
      expect(lines(text).map((line) => (JSON.parse(line) as WireRolloutEvent).result.step)).toEqual(['1/8', '1/8', '1/8']);
      expect(tookMs).toBeGreaterThan(1800);
    }
    expect(tookMs).toBeLessThan(4000);
  });

  it('writes server-sent events for who asks for them', async () => {
    const { headers, text } = await room.follow(`${demo}/info/watch`, (sofar) => /^data: .*\n\n/m.test(sofar), {
      accept: 'text/event-stream',
    });
    expect(headers['content-type']).toBe('text/event-stream');
    const data = text.split('\n\n').find((event) => event.startsWith('data: '))!;
    expect((JSON.parse(data.slice('data: '.length)) as WireRolloutEvent).result.status).toBe('Paused');
  });

  it('prunes events to the fields that are asked for', async () => {
    const { text } = await room.follow(
      `${api}/rollouts/lab/info/watch?fields=result.type,result.rolloutInfo.objectMeta.name,result.rolloutInfo.replicaSets.revision`,
      (sofar) => sofar.includes('\n'),
    );
    expect(JSON.parse(lines(text)[0]!)).toEqual({
      result: { type: 'Updated', rolloutInfo: { objectMeta: { name: 'demo' }, replicaSets: [{ revision: 2 }, { revision: 1 }] } },
    });
  });
});

describe('writing', () => {
  const put = (path: string, body: unknown = {}): ReturnType<DashboardRoom['ask']> => room.ask(path, { method: 'PUT', body });

  it.each<[string, string, unknown, string, object]>([
    ['promote ends the pause', 'promote', { full: false }, 'patch rollouts/status lab/demo', { status: { currentStepIndex: 1 } }],
    ['promote with full skips all steps', 'promote', { full: true }, 'patch rollouts/status lab/demo', { status: { promoteFull: true } }],
    ['abort sets status.abort', 'abort', {}, 'patch rollouts/status lab/demo', { status: { abort: true } }],
    ['retry takes the abort back', 'retry', {}, 'patch rollouts/status lab/demo', { status: { abort: false } }],
    ["restart writes the cluster's time", 'restart', {}, 'patch rollouts lab/demo', { spec: { restartAt: '2026-01-01T00:05:10Z' } }],
    [
      'set writes the image',
      'set/demo/registry.lab/team/demo/v3',
      {},
      'update rollouts lab/demo',
      { spec: { template: { spec: { containers: [{ name: 'demo', image: 'registry.lab/team/demo:v3' }] } } } },
    ],
    [
      'set takes an image with encoded slashes',
      'set/demo/registry.lab%2Fteam%2Fdemo/v3',
      {},
      'update rollouts lab/demo',
      { spec: { template: { spec: { containers: [{ name: 'demo', image: 'registry.lab/team/demo:v3' }] } } } },
    ],
    [
      'undo writes an older template back',
      'undo/1',
      {},
      'patch rollouts lab/demo',
      { spec: { template: { spec: { containers: [{ image: 'registry.lab/demo:v1' }] } } } },
    ],
  ])('%s and answers with the Rollout', async (_, action, body, write, expected) => {
    const { status, json } = await put(`${demo}/${action}`, body);
    expect(status).toBe(200);
    expect(json()).toMatchObject({ kind: 'Rollout', metadata: { name: 'demo' }, ...expected });
    expect(room.api.writes).toEqual([write]);
  });

  it('takes no body for an empty one', async () => {
    const { status } = await room.ask(`${demo}/abort`, { method: 'PUT' });
    expect(status).toBe(200);
  });

  it.each<[string, string, unknown, number, object]>([
    ['an absent Rollout', `${api}/rollouts/lab/nothing/promote`, {}, 500, { code: 2, message: 'rollouts.argoproj.io "nothing" not found' }],
    ['an absent container', `${demo}/set/nothing/image/v1`, {}, 500, { code: 2, message: 'unable to find container named "nothing"' }],
    ['an absent revision', `${demo}/undo/7`, {}, 500, { code: 2, message: 'unable to find specified revision 7 in history' }],
    ['what is no revision', `${demo}/undo/x`, {}, 400, { code: 3, message: '"x" is not a revision' }],
    ['an unknown verb', `${demo}/explode`, {}, 404, { code: 5, message: 'Not Found' }],
    ['a body that is no JSON', `${demo}/promote`, 'full', 400, { code: 3, message: 'The body is not a JSON object.' }],
    ['a body that is too large', `${demo}/promote`, 'x'.repeat(70_000), 400, { code: 3, message: 'The body is too large.' }],
  ])('refuses %s with code and message, and writes nothing', async (_, path, body, status, expected) => {
    const answer = await put(path, body);
    expect([answer.status, answer.json()]).toEqual([status, expected]);
    expect(room.api.writes).toEqual([]);
  });
});

describe('beyond upstream', () => {
  it('tells what the controller waits for, the conditions and the traffic', async () => {
    const { text } = await room.follow(
      '/rollouts/lab/v1/live/lab/demo',
      (sofar) => sofar.includes('"insight"') && sofar.includes('"traffic"'),
    );
    const parts = lines(text).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parts.find((part) => 'insight' in part)).toMatchObject({
      insight: {
        nowMs: Date.parse('2026-01-01T00:05:10Z'),
        rate: 1,
        waiting: { code: 'promotion' },
        stableHash: 'aaa',
        currentHash: 'bbb',
        maxWeight: 100,
      },
    });
    expect(parts.find((part) => 'traffic' in part)).toEqual({ traffic: { state: 'unavailable', why: 'no-ingress' } });
  });
});

it('never sends what a kubeconfig holds', async () => {
  const parts = await Promise.all(
    ['/rollouts/', `${api}/rollouts/lab/info`, `${demo}/info`, '/rollouts/lab/v1/settings'].map(
      async (path) => (await room.ask(path)).text,
    ),
  );
  expect(parts.join('')).not.toMatch(/client-key|client-certificate|BEGIN |bearer/i);
});

it('shows one namespace to a user who may list no others', async () => {
  const limited = await openDashboard({}, (cluster) => {
    seedPausedCanary(cluster);
    const list = cluster.list.bind(cluster);
    cluster.list = async (type, selection = {}, options) => {
      if (selection.namespace === undefined)
        throw Object.assign((await import('../kube/status-error.ts')).forbidden(type, '', 'User "u" cannot list resource'));
      return list(type, selection, options);
    };
  });
  try {
    expect((await limited.ask(`${demo}/info`)).json()).toMatchObject({ status: 'Paused' } satisfies Partial<WireRollout>);
  } finally {
    await limited.stop();
  }
});
