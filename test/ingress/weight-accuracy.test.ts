import { expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { decideCanary, type RequestView } from '../../src/ingress/canary-decision.ts';
import type { Upstream } from '../../src/ingress/configuration.ts';
import { UserPatterns } from '../../src/ingress/user-patterns.ts';
import { binomialTest } from '../../src/traffic/binomial.ts';

const DECISIONS = 1_000_000;
const endpoints = [{ ip: '10.0.0.1', port: 80, address: '10.0.0.1:80' }];
const upstream = (name: string, part: Partial<Upstream>): Upstream => ({
  name,
  namespace: 'default',
  service: name,
  endpoints,
  noServer: false,
  policy: { weight: 0, weightTotal: 100, header: '', headerValue: '', headerPattern: '', cookie: '' },
  alternativeBackends: [],
  affinity: undefined,
  hashBy: '',
  ...part,
});
const pair = (weight: number, weightTotal: number): { primary: Upstream; upstreams: Map<string, Upstream> } => ({
  primary: upstream('stable', { alternativeBackends: ['canary'] }),
  upstreams: new Map([
    ['canary', upstream('canary', { policy: { weight, weightTotal, header: 'X-Canary', headerValue: '', headerPattern: '', cookie: '' } })],
  ]),
});
const patterns = new UserPatterns();
const plain: RequestView = { header: () => undefined, cookies: undefined };

it.each([100, 1000].flatMap((total) => [1, 25, 50, 75, 99].map((weight) => ({ weight, total }))))(
  'splits a million requests as weight $weight of $total says, by an exact binomial test at 1e-6',
  ({ weight, total }) => {
    const random = seededRandom(weight * 1009 + total);
    const { primary, upstreams } = pair(weight, total);
    const draw = (limit: number): number => random.below(limit) + 1;
    let hits = 0;
    for (let i = 0; i < DECISIONS; i++) if (decideCanary(primary, upstreams, plain, draw, patterns).kind === 'canary') hits += 1;
    expect(binomialTest(hits, DECISIONS, weight / total)).toBeGreaterThan(1e-6);
  },
);

it.each(['always', 'never'])('draws nothing for the header value %s', (value) => {
  const { primary, upstreams } = pair(50, 100);
  const view: RequestView = { header: () => value, cookies: undefined };
  let draws = 0;
  for (let i = 0; i < 100_000; i++)
    decideCanary(
      primary,
      upstreams,
      view,
      () => {
        draws += 1;
        return 1;
      },
      patterns,
    );
  expect(draws).toBe(0);
});
