import { describe, expect, it } from 'vitest';
import { shareUnchanged } from './share-unchanged.ts';

describe('shareUnchanged', () => {
  const before = Object.freeze({ spec: { replicas: 1, list: [{ a: 1 }, { b: [2] }] }, status: { ready: 1 } });

  it('gives the earlier value itself when everything is equal, whatever the order of keys', () => {
    expect(shareUnchanged(before, { status: { ready: 1 }, spec: { list: [{ a: 1 }, { b: [2] }], replicas: 1 } })).toBe(before);
  });

  it('takes the parts that are equal from the earlier value and keeps the others', () => {
    const after = { spec: { replicas: 2, list: [{ a: 1 }, { b: [3] }] }, status: { ready: 1 } };
    const shared = shareUnchanged(before, after);
    expect(shared).toBe(after);
    expect(shared).toEqual({ spec: { replicas: 2, list: [{ a: 1 }, { b: [3] }] }, status: { ready: 1 } });
    expect(shared.status).toBe(before.status);
    expect(shared.spec.list[0]).toBe(before.spec.list[0]);
  });

  it('tells a value with a field less, or an item less, from the earlier one', () => {
    const after = { spec: { list: [{ a: 1 }] }, status: { ready: 1 } };
    expect(shareUnchanged(before, after)).toEqual({ spec: { list: [{ a: 1 }] }, status: { ready: 1 } });
    expect(shareUnchanged({ a: undefined, b: 1 }, { b: 1 })).toEqual({ b: 1 });
  });

  it('does not take a list for a map, null for a map, or a number for its text', () => {
    const odd = { list: [] as unknown[], nothing: null, number: 1 };
    expect(shareUnchanged({ list: {}, nothing: {}, number: '1' }, odd)).toBe(odd);
    expect(odd).toEqual({ list: [], nothing: null, number: 1 });
  });

  it('leaves frozen parts as they are', () => {
    const after = { spec: Object.freeze({ replicas: 2, list: [{ a: 1 }, { b: [2] }] }) };
    expect(shareUnchanged(before, after).spec).toEqual({ replicas: 2, list: [{ a: 1 }, { b: [2] }] });
  });
});
