import { describe, expect, it } from 'vitest';
import { sameTemplate } from './deployment/find-new-replica-set.ts';
import { fnv32a, templateHash } from './template-hash.ts';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } };

describe('template hash', () => {
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('computes FNV-1a of "%s"', (text, hash) => {
    expect(fnv32a(text)).toBe(hash);
  });

  it('uses only letters and digits that spell no words', () => {
    expect(templateHash(template)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  });

  it('does not depend on key order or empty lists, but on content and collisions', () => {
    const reordered = { spec: { volumes: [], containers: [{ image: 'web:1', name: 'main' }] }, metadata: { labels: { app: 'web' } } };
    expect(templateHash(reordered)).toBe(templateHash(template));
    expect(templateHash({ ...template, spec: { containers: [{ name: 'main', image: 'web:2' }] } })).not.toBe(templateHash(template));
    expect(templateHash(template, 1)).not.toBe(templateHash(template));
  });

  it('leaves the hash label out of the comparison of templates', () => {
    const labelled = { ...template, metadata: { labels: { app: 'web', 'pod-template-hash': 'abc' } } };
    expect(sameTemplate(labelled, template)).toBe(true);
    expect(sameTemplate({ ...labelled, metadata: { labels: { app: 'shop' } } }, template)).toBe(false);
  });

  it('tells an empty volume source from none', () => {
    const withVolume = (volume: object) => ({ ...template, spec: { ...template.spec, volumes: [{ name: 'tmp', ...volume }] } });
    expect(sameTemplate(withVolume({ emptyDir: {} }), withVolume({}))).toBe(false);
  });
});
