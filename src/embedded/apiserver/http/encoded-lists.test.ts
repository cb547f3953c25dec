import { expect, it } from 'vitest';
import { itemsOf, startTestServer } from '../test-api-server.ts';
import { EncodedLists } from './encoded-lists.ts';

const large = (letter: string): Buffer => Buffer.alloc(70_000, letter);

it('gives a list back until the store has changed', () => {
  const lists = new EncodedLists();
  lists.keep('/a', 5, large('a'));
  expect([lists.get('/a', 5)?.length, lists.get('/a', 6), lists.get('/b', 5)]).toEqual([70_000, undefined, undefined]);
});

it('keeps the last four large lists and no small one', () => {
  const lists = new EncodedLists();
  for (const url of ['/a', '/b', '/c', '/d', '/e']) lists.keep(url, 1, large('x'));
  lists.keep('/small', 1, Buffer.from('x'));
  expect(['/a', '/b', '/e', '/small'].map((url) => lists.get(url, 1) !== undefined)).toEqual([false, true, true, false]);
});

it('never shows a reader less than what was written before', async () => {
  const api = await startTestServer();
  try {
    const path = '/api/v1/namespaces/default/configmaps';
    for (let i = 0; i < 10; i++) {
      await api.request('POST', path, { metadata: { name: `c-${i}` }, data: { pad: 'x'.repeat(20_000) } });
      for (const _ of [1, 2]) expect(itemsOf((await api.request('GET', path)).json)).toHaveLength(i + 1);
    }
    expect((await api.request('GET', path, undefined, { authorization: 'Bearer nobody' })).status).toBe(401);
  } finally {
    await api.stop();
  }
});
