import { describe, expect, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';
import { describeStore } from './store-contract.ts';

describeStore('memory', () => new MemoryStore({ keptEvents: 100 }));

describe('what has left the history', () => {
  const seldom = '/registry/core/events/';
  const fill = (store: MemoryStore): void => {
    for (let i = 0; i < 200; i++) store.create(`/registry/core/secrets/a/${i}`, () => ({ i }));
  };

  it('rests as text in a collection that is seldom read, and reads as before', () => {
    const store = new MemoryStore({ keptEvents: 10, seldomRead: [seldom] });
    const { value } = store.create(`${seldom}a/1`, (revision) => ({ revision, text: 'é' }));
    const { object } = value;
    expect(value.object).toBe(object);
    fill(store);
    expect(value.object).not.toBe(object);
    expect(value.object).toEqual(object);
    expect(Object.isFrozen(value.object)).toBe(true);
    expect(value.bytes.toString()).toBe('{"revision":1,"text":"é"}');
  });

  it('keeps its object and lets go of its text elsewhere', () => {
    const store = new MemoryStore({ keptEvents: 10, seldomRead: [seldom] });
    const { value } = store.create('/registry/core/pods/a/1', () => ({ name: 'a' }));
    const { object, bytes } = value;
    fill(store);
    expect(value.object).toBe(object);
    expect(value.bytes).not.toBe(bytes);
    expect(value.bytes.equals(bytes)).toBe(true);
  });

  it('takes an update of a value that rests as text', () => {
    const store = new MemoryStore({ keptEvents: 10, seldomRead: [seldom] });
    store.create(`${seldom}a/1`, () => ({ count: 1 }));
    fill(store);
    const { value } = store.update(`${seldom}a/1`, 1, () => ({ count: 2 }));
    expect(value.object).toEqual({ count: 2 });
  });
});
