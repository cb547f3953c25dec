import { expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { SortedKeys } from './sorted-keys.ts';

it('answers as a sorted list does, over thousands of random additions and removals', () => {
  const random = seededRandom(3);
  const keys = new SortedKeys();
  const known = new Set<string>();
  const aKey = (): string => `/${'abc'[random.below(3)]}/${random.below(4000)}`;
  for (let step = 1; step <= 9000; step++) {
    const key = aKey();
    if (random.next() < 0.7) {
      keys.add(key);
      known.add(key);
    } else {
      keys.remove(key);
      known.delete(key);
    }
    if (step % 300 !== 0) continue;
    const sorted = [...known].sort();
    expect(keys.size).toBe(sorted.length);
    for (const prefix of ['/a/', '/b/', '/b/12', '/d/', '']) {
      const { from, to } = keys.range(prefix);
      expect(Array.from({ length: to - from }, (_, i) => keys.at(from + i))).toEqual(sorted.filter((one) => one.startsWith(prefix)));
    }
    for (const startAfter of [sorted[Math.floor(sorted.length / 2)]!, '/b/2', '/z']) {
      const { from, to } = keys.range('/b/', startAfter);
      expect(Array.from({ length: to - from }, (_, i) => keys.at(from + i))).toEqual(
        sorted.filter((one) => one.startsWith('/b/') && one > startAfter),
      );
    }
  }
});

it('is empty again when everything was removed', () => {
  const keys = new SortedKeys();
  for (let i = 0; i < 2000; i++) keys.add(`/a/${i}`);
  for (let i = 0; i < 2000; i++) keys.remove(`/a/${i}`);
  expect([keys.size, keys.range('/a/')]).toEqual([0, { from: 0, to: 0 }]);
});
