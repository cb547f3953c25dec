import { expect, it } from 'vitest';
import { aRollout } from '../../test/support/rollout-objects.ts';
import type { RequestResult } from '../traffic/send-request.ts';
import { trafficSample } from './traffic-meter.ts';

const answer = (status: number | undefined, body: string, durationMs = 5, headers: Record<string, string> = {}): RequestResult => ({
  atMs: 0,
  durationMs,
  status,
  headers,
  body,
  error: status === undefined ? 'ECONNREFUSED' : undefined,
});
const rollout = aRollout({
  status: { currentPodHash: 'bbb111', stableRS: 'aaa111', canary: { weights: { canary: { weight: 20 }, stable: { weight: 80 } } } },
});
const hashes = ['bbb111', 'aaa111'];

it('counts answers by the Pod that names itself, in the body or in a header', () => {
  const sample = trafficSample(
    [
      answer(200, '{"pod":"demo-aaa111-x2k9p"}'),
      answer(200, 'demo-bbb111-zzzzz'),
      answer(200, '', 5, { 'x-pod': 'demo-bbb111-yyyyy' }),
      answer(200, 'hello'),
    ],
    rollout,
    hashes,
    7,
  );
  expect(sample).toMatchObject({
    atMs: 7,
    byHash: { aaa111: 1, bbb111: 2, '?': 1 },
    byStatus: { 200: 4 },
    failures: 0,
    wantedPercent: 20,
    canaryHash: 'bbb111',
    stableHash: 'aaa111',
  });
});

it('counts answers of 500 and above, and none at all, as failures', () => {
  expect(trafficSample([answer(200, ''), answer(404, ''), answer(503, ''), answer(undefined, '')], rollout, hashes, 0)).toMatchObject({
    failures: 2,
    byStatus: { 200: 1, 404: 1, 503: 1, error: 1 },
  });
});

it('takes the 95th percentile of the answer times', () => {
  expect(
    trafficSample(
      Array.from({ length: 100 }, (_, at) => answer(200, '', at + 1)),
      rollout,
      hashes,
      0,
    ).p95Ms,
  ).toBe(95);
  expect(trafficSample([], rollout, hashes, 0).p95Ms).toBe(0);
});

it('wants nothing for the canary once the canary is the stable version', () => {
  const done = aRollout({
    status: { currentPodHash: 'bbb111', stableRS: 'bbb111', canary: { weights: { canary: { weight: 100 }, stable: { weight: 0 } } } },
  });
  expect(trafficSample([], done, hashes, 0).wantedPercent).toBe(0);
});

it('takes a weight out of another maximum as percent', () => {
  const thousand = aRollout({
    spec: { strategy: { canary: { trafficRouting: { nginx: { stableIngress: 'demo' }, maxTrafficWeight: 1000 } } } },
    status: { currentPodHash: 'b', stableRS: 'a', canary: { weights: { canary: { weight: 125 }, stable: { weight: 875 } } } },
  });
  expect(trafficSample([], thousand, hashes, 0).wantedPercent).toBe(12.5);
});
