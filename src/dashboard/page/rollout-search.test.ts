import { expect, it } from 'vitest';
import type { WireRollout } from '../wire.ts';
import { isShown, matchesSearch, needsAttention } from './rollout-search.ts';

const shop: WireRollout = { objectMeta: { name: 'shop-api', labels: { team: 'blue', tier: '' } }, status: 'Healthy' };

it.each([
  ['', true],
  ['shop', true],
  ['API', true],
  ['cart', false],
  ['!cart', true],
  ['!shop', false],
  ['"shop"', false],
  ['"shop-api"', true],
  ['!"shop-api"', false],
  ['team:blue', true],
  ['team:bl', true],
  ['team:red', false],
  ['owner:', false],
  ['!team:red', true],
  ['shop, team:blue', true],
  ['shop, !team:blue', false],
  [' , ', true],
])('finds a Rollout by "%s": %s', (search, isFound) => {
  expect(matchesSearch(shop, search)).toBe(isFound);
});

it.each<[Partial<WireRollout>, boolean]>([
  [{ status: 'Degraded' }, true],
  [{ status: 'Unknown' }, true],
  [{ status: 'Paused', message: 'CanaryPauseStep' }, false],
  [{ status: 'Paused', message: 'manually paused' }, true],
  [{ status: 'Progressing', message: 'more replicas' }, false],
  [{ status: 'Healthy' }, false],
])('%j needs attention: %s', (part, expected) => {
  expect(needsAttention({ ...shop, ...part })).toBe(expected);
});

it('shows what passes every filter', () => {
  const all = { search: '', statuses: new Set<string>(), onlyFavourites: false, onlyAttention: false };
  expect(isShown(shop, all, new Set())).toBe(true);
  expect(isShown(shop, { ...all, statuses: new Set(['Paused']) }, new Set())).toBe(false);
  expect(isShown(shop, { ...all, statuses: new Set(['Paused', 'Healthy']) }, new Set())).toBe(true);
  expect(isShown(shop, { ...all, onlyFavourites: true }, new Set(['cart']))).toBe(false);
  expect(isShown(shop, { ...all, onlyFavourites: true }, new Set(['shop-api']))).toBe(true);
  expect(isShown(shop, { ...all, onlyAttention: true }, new Set())).toBe(false);
});
