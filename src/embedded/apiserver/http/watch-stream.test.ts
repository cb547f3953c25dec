import { afterEach, beforeEach, expect, it } from 'vitest';
import { configMaps } from '../../../kube/resource-type.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { type Json, startTestServer, type TestServer } from '../test-api-server.ts';

const PATH = '/api/v1/namespaces/default/configmaps';
let api: TestServer;
beforeEach(async () => {
  api = await startTestServer({ store: new MemoryStore({ keptEvents: 60 }) });
});
afterEach(async () => {
  await api.stop();
});

const put = async (name: string, labels: Record<string, string> = {}): Promise<string> => {
  const existing = await api.admin.get(configMaps, { namespace: 'default', name });
  const written =
    existing === undefined
      ? await api.admin.create(configMaps, { metadata: { name, namespace: 'default', labels } })
      : await api.admin.update(configMaps, { ...existing, metadata: { ...existing.metadata, labels } });
  return written.metadata.resourceVersion;
};
const take = async (lines: AsyncGenerator<Json>, count: number): Promise<Json[]> => {
  const taken: Json[] = [];
  while (taken.length < count) {
    const next = await lines.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
};
const told = (events: Json[]): string[] => events.map((event) => `${event['type']} ${event['object']!['metadata']!['name'] ?? ''}`.trim());

it('sends its headers before there is any event', async () => {
  const { status, close } = await api.stream(`${PATH}?watch=true&resourceVersion=${api.store.revision}`);
  expect(status).toBe(200);
  close();
});

it('resumes after the given version with nothing lost and nothing twice', async () => {
  await put('a');
  const revision = await put('b');
  await put('c');
  const { lines, close } = await api.stream(`${PATH}?watch=true&resourceVersion=${revision}`);
  await put('b', { x: 'y' });
  await api.admin.delete(configMaps, { namespace: 'default', name: 'a' });
  const events = await take(lines, 3);
  expect(told(events)).toEqual(['ADDED c', 'MODIFIED b', 'DELETED a']);
  expect(events[2]!['object']).toMatchObject({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { resourceVersion: String(api.store.revision) },
  });
  close();
});

it('begins with the present objects and closes them with the end bookmark when asked', async () => {
  await put('a');
  const { lines, close } = await api.stream(
    `${PATH}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  );
  const events = await take(lines, 2);
  expect(told(events)).toEqual(['ADDED a', 'BOOKMARK']);
  expect(events[1]!['object']).toMatchObject({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { resourceVersion: String(api.store.revision), annotations: { 'k8s.io/initial-events-end': 'true' } },
  });
  await put('b');
  expect(told(await take(lines, 1))).toEqual(['ADDED b']);
  close();
});

it('shows an object that stops matching the selector as deleted and one that starts as added', async () => {
  await put('a', { pick: 'no' });
  const { lines, close } = await api.stream(`${PATH}?watch=true&resourceVersion=${api.store.revision}&labelSelector=pick=yes`);
  await put('a', { pick: 'yes' });
  await put('a', { pick: 'yes', more: '1' });
  await put('a', { pick: 'no' });
  expect(told(await take(lines, 3))).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  close();
});

it('tells a version that is too old inside the stream and ends it', async () => {
  await put('a');
  for (let i = 0; i < 100; i++) await put('a', { i: String(i) });
  const { status, lines } = await api.stream(`${PATH}?watch=true&resourceVersion=5`);
  const events = await take(lines, 9);
  expect(status).toBe(200);
  expect(events).toEqual([
    {
      type: 'ERROR',
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: expect.stringMatching(/^too old resource version: 5 \(\d+\)$/),
        reason: 'Expired',
        code: 410,
      },
    },
  ]);
});

it('ends after timeoutSeconds without an error', async () => {
  const { lines } = await api.stream(`${PATH}?watch=true&resourceVersion=${api.store.revision}&timeoutSeconds=1`);
  expect(await take(lines, 1)).toEqual([]);
});

it('sends Tables with the columns in the first event only', async () => {
  const { lines, close } = await api.stream(`${PATH}?watch=true`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  await put('a');
  await put('b');
  const events = await take(lines, 2);
  expect(
    events.map((event) => [
      event['object']!['kind'],
      event['object']!['columnDefinitions'] === null,
      event['object']!['rows']![0]!['cells']![0],
    ]),
  ).toEqual([
    ['Table', false, 'a'],
    ['Table', true, 'b'],
  ]);
  close();
});

it('does not count as activity', async () => {
  const { close } = await api.stream(`${PATH}?watch=true`);
  expect(api.activity.inFlight).toEqual([]);
  close();
});
