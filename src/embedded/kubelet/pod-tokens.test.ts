import { afterEach, beforeEach, expect, it } from 'vitest';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';
import { PodTokens, renewalDelayMs } from './pod-tokens.ts';

const HOUR_MS = 3_600_000;
const projection = { path: 'token', expirationSeconds: 3600 };
let clock: VirtualClock;
let issued: { audience: string | undefined; expirationSeconds: number; atMs: number }[];
let isRefused: boolean;
let held: PodTokens;

beforeEach(() => {
  clock = new VirtualClock({ host: hostClock, activity: new Activity(), startMs: 0, rate: 0 });
  issued = [];
  isRefused = false;
  held = new PodTokens(
    {
      metadata: { name: 'web', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
      spec: { containers: [{ name: 'c' }] },
    },
    {
      hostClock: clock,
      log: silentLog,
      tokenProblem: () => undefined,
      issueToken(_account, _pod, options) {
        if (isRefused) throw new Error('no');
        issued.push({ ...options, atMs: clock.nowMs() });
        return `token ${issued.length}`;
      },
    },
  );
});
afterEach(() => {
  clock.stop();
});

it.each([
  [600, 480_000],
  [3607, 2_885_600],
  [200_000, 86_400_000],
])('renews a token of %i s after %i ms', (seconds, delayMs) => {
  expect(renewalDelayMs(seconds)).toBe(delayMs);
});

it('gives a new token once four fifths of the life of the old one have passed', async () => {
  expect(held.of(projection)).toBe('token 1');
  await clock.advanceTo(0.8 * HOUR_MS - 1);
  expect(held.of(projection)).toBe('token 1');
  await clock.advanceTo(0.8 * HOUR_MS);
  expect(held.of(projection)).toBe('token 2');
  await clock.advanceTo(1.6 * HOUR_MS);
  expect(held.of(projection)).toBe('token 3');
  expect(issued.map(({ atMs }) => atMs / HOUR_MS)).toEqual([0, 0.8, 1.6]);
});

it('keeps a token that cannot be renewed and asks again a minute later', async () => {
  expect(held.of(projection)).toBe('token 1');
  isRefused = true;
  await clock.advanceTo(0.8 * HOUR_MS);
  expect(held.of(projection)).toBe('token 1');
  isRefused = false;
  await clock.advanceTo(0.8 * HOUR_MS + 59_999);
  expect(held.of(projection)).toBe('token 1');
  await clock.advanceTo(0.8 * HOUR_MS + 60_000);
  expect(held.of(projection)).toBe('token 2');
});

it('has none while none can be issued, and asks again with the next reader', () => {
  isRefused = true;
  expect(held.of(projection)).toBeUndefined();
  isRefused = false;
  expect(held.of(projection)).toBe('token 1');
});

it('signs nothing that nobody reads', async () => {
  await clock.advanceTo(5 * HOUR_MS);
  expect(issued).toEqual([]);
});

it('keeps tokens of other audiences and lives apart', () => {
  expect([held.of({}), held.of({ audience: 'vault' }), held.of({ expirationSeconds: 7200 }), held.of({})]).toEqual([
    'token 1',
    'token 2',
    'token 3',
    'token 1',
  ]);
});
