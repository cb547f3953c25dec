import { describe, expect, it } from 'vitest';
import type { WireStep, WireTrafficSample } from '../wire.ts';
import { isEnabled, VERBS } from './action-rules.ts';
import { countdownText, pauseText } from './duration-text.ts';
import { routeOf } from './route.ts';
import { splitImage } from './split-image.ts';
import { stepText } from './step-text.ts';
import { en } from './texts-en.ts';
import { ko } from './texts-ko.ts';
import { trafficShare } from './traffic-share.ts';

it.each<[WireStep, string]>([
  [{ setWeight: 20 }, 'Set Weight: 20%'],
  [{ setWeight: 0 }, 'Set Weight: 0%'],
  [{ pause: {} }, 'Pause'],
  [{ pause: { duration: '5m' } }, 'Pause: 5m'],
  [{ pause: { duration: 10 } }, 'Pause: 10s'],
  [{ pause: { duration: '30' } }, 'Pause: 30s'],
  [{ analysis: {} }, 'Analysis'],
  [{ setCanaryScale: { weight: 25 } }, 'Canary Scale'],
  [{ experiment: {} }, 'Experiment'],
  [{ setHeaderRoute: { name: 'h', match: [{}] } }, 'Set Header: h'],
  [{ setHeaderRoute: { name: 'h' } }, 'Remove Header: h'],
  [{ setMirrorRoute: { name: 'm', match: [{}] } }, 'Set Mirror: m'],
  [{ setMirrorRoute: { name: 'm' } }, 'Remove Mirror: m'],
  [{ plugin: { name: 'p' } }, 'p'],
])('%j reads "%s"', (step, text) => {
  expect(stepText(step, en)).toBe(text);
});

it.each<[string, readonly string[]]>([
  ['Healthy', ['restart']],
  ['Progressing', ['promote', 'promote-full', 'abort', 'restart']],
  ['Paused', ['promote', 'promote-full', 'abort', 'restart']],
  ['Degraded', ['retry', 'restart']],
  ['Unknown', ['restart']],
])('%s enables %j', (status, verbs) => {
  expect(VERBS.filter((verb) => isEnabled(verb, status))).toEqual(verbs);
});

it.each<[string, ReturnType<typeof splitImage>]>([
  ['shop:1.2', { name: 'shop', tag: '1.2' }],
  ['registry.lab:5000/team/shop:v1', { name: 'registry.lab:5000/team/shop', tag: 'v1' }],
  ['shop@sha256:abc', { name: 'shop@sha256', tag: 'abc' }],
  ['shop', undefined],
  ['registry.lab:5000/shop', undefined],
  ['shop:', undefined],
  [':v1', undefined],
  ['sh op:1', undefined],
])('splits %s at its tag', (text, image) => {
  expect(splitImage(text)).toEqual(image);
});

it.each<[string, ReturnType<typeof routeOf>]>([
  ['/rollouts/', { page: 'list', namespace: undefined }],
  ['/rollouts/lab', { page: 'list', namespace: 'lab' }],
  ['/rollouts/rollout/demo', { page: 'rollout', namespace: undefined, name: 'demo' }],
  ['/rollouts/rollout/lab/demo', { page: 'rollout', namespace: 'lab', name: 'demo' }],
  ['/rollouts/rollout/lab/demo/', { page: 'rollout', namespace: 'lab', name: 'demo' }],
])('shows at %s what it names', (path, route) => {
  expect(routeOf(path, '/rollouts/')).toEqual(route);
});

it('writes countdowns in minutes and hours, never below zero', () => {
  expect([5000, 65_000, 3_725_000, -1].map(countdownText)).toEqual(['0:05', '1:05', '1:02:05', '0:00']);
  expect([pauseText(10), pauseText('10'), pauseText('1h')]).toEqual(['10s', '10s', '1h']);
});

describe('measured traffic', () => {
  const sample = (part: Partial<WireTrafficSample>): WireTrafficSample => ({
    atMs: 0,
    byHash: {},
    byStatus: {},
    failures: 0,
    p95Ms: 0,
    wantedPercent: 25,
    canaryHash: 'b',
    stableHash: 'a',
    ...part,
  });

  it('adds up the samples of a window', () => {
    const share = trafficShare([
      sample({ byHash: { a: 15, b: 5 }, byStatus: { 200: 20 }, p95Ms: 3 }),
      sample({ byHash: { a: 14, b: 5, '?': 1 }, byStatus: { 200: 19, 503: 1 }, failures: 1, p95Ms: 9 }),
    ]);
    expect(share).toMatchObject({
      requests: 40,
      canary: 10,
      stable: 29,
      others: 1,
      failures: 1,
      canaryPercent: 25,
      byStatus: { 200: 39, 503: 1 },
      p95Ms: 9,
    });
  });

  it('states how sure it is: 50 of 200 is within 6 points', () => {
    const { canaryPercent, marginPercent } = trafficShare([sample({ byHash: { a: 150, b: 50 }, byStatus: { 200: 200 } })]);
    expect(canaryPercent).toBe(25);
    expect(marginPercent).toBeCloseTo(5.95, 1);
  });

  it('knows no canary when the newest version is the stable one', () => {
    expect(trafficShare([sample({ byHash: { b: 20 }, stableHash: 'b' })])).toMatchObject({ canary: 0, stable: 20, canaryPercent: 0 });
  });
});

it('has every word in both languages, none empty', () => {
  const paths = (value: unknown, path = ''): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, member]) => paths(member, `${path}.${key}`))
      : [`${path} ${typeof value === 'function' ? 'function' : value === '' ? 'empty' : 'text'}`];
  expect(paths(ko)).toEqual(paths(en));
  expect(paths(en).filter((entry) => entry.endsWith('empty'))).toEqual([]);
  expect(JSON.stringify(ko)).not.toContain('홍보');
});
