import { describe, expect, it } from 'vitest';
import { sorted } from './field-set.ts';
import { FieldSetPool } from './field-set-pool.ts';

const set = () => ({ 'f:spec': { 'f:b': {}, 'f:a': { '.': {}, 'k:{"name":"c"}': { 'f:image': {} } } }, 'f:metadata': { 'f:labels': {} } });
const entry = (manager: string) => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time: '2024-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: set(),
});

describe('FieldSetPool', () => {
  it('gives one frozen object for equal sets, with the keys in upstream order', () => {
    const pool = new FieldSetPool();
    const shared = pool.share(set());
    expect(pool.share(set())).toBe(shared);
    expect(pool.share(shared)).toBe(shared);
    expect(JSON.stringify(shared)).toBe(JSON.stringify(sorted(set())));
    expect(Object.isFrozen(shared) && Object.isFrozen(shared['f:spec'])).toBe(true);
  });

  it('shares the equal parts of sets that differ', () => {
    const pool = new FieldSetPool();
    const other = { 'f:spec': set()['f:spec'], 'f:status': {} };
    expect(pool.share(other)['f:spec']).toBe(pool.share(set())['f:spec']);
    expect(pool.share({ 'f:spec': { 'f:a': {} } })).not.toEqual(pool.share({ 'f:spec': { 'f:a': { 'f:b': {} } } }));
  });

  it('gives one entry for the same manager, time and set, and tells others apart', () => {
    const pool = new FieldSetPool();
    expect(pool.shareEntry(entry('kubelet'))).toBe(pool.shareEntry(entry('kubelet')));
    expect(pool.shareEntry(entry('kubelet'))).toEqual(entry('kubelet'));
    expect(pool.shareEntry(entry('kubectl'))).not.toBe(pool.shareEntry(entry('kubelet')));
    expect(pool.shareEntry({ ...entry('kubelet'), subresource: 'status' })).toEqual({ ...entry('kubelet'), subresource: 'status' });
  });

  it('stays right when more sets were shared than it keeps', () => {
    const pool = new FieldSetPool();
    const first = pool.share({ 'f:spec': { 'f:0': {} } });
    for (let i = 0; i < 10_000; i++) expect(pool.share({ 'f:spec': { [`f:${i}`]: {} } })).toEqual({ 'f:spec': { [`f:${i}`]: {} } });
    expect(first).toEqual({ 'f:spec': { 'f:0': {} } });
  });
});
