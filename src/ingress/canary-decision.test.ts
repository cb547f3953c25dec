import { expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { decideCanary, type RequestView } from './canary-decision.ts';
import type { Upstream } from './configuration.ts';
import { UserPatterns } from './user-patterns.ts';

const endpoints = [{ ip: '10.0.0.1', port: 80, address: '10.0.0.1:80' }];
const upstream = (name: string, part: Partial<Upstream> = {}): Upstream => ({
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
const patterns = new UserPatterns();
const plain: RequestView = { header: () => undefined, cookies: undefined };

it('draws only when the weight can go either way', () => {
  let draws = 0;
  const draw = (total: number): number => {
    draws += 1;
    return total;
  };
  for (const weight of [0, 100, -1, 200]) {
    const canary = upstream('canary', {
      policy: { weight, weightTotal: 100, header: 'X', headerValue: '', headerPattern: '', cookie: 'c' },
    });
    const primary = upstream('stable', { alternativeBackends: ['canary'] });
    decideCanary(primary, new Map([['canary', canary]]), plain, draw, patterns);
    decideCanary(primary, new Map([['canary', canary]]), { header: () => 'always', cookies: undefined }, draw, patterns);
  }
  expect(draws).toBe(0);
});

it('agrees with the order header, cookie, weight over 100,000 drawn requests', () => {
  const random = seededRandom(3);
  const pick = <T>(...values: T[]): T => values[random.below(values.length)]!;
  for (let i = 0; i < 100_000; i++) {
    const policy = {
      weight: pick(0, 20, 100),
      weightTotal: pick(50, 100, 200),
      header: pick('', 'X_Canary'),
      headerValue: pick('', 'beta'),
      headerPattern: pick('', '^b'),
      cookie: pick('', 'c'),
    };
    const header = pick(undefined, 'always', 'never', 'beta', 'bad', '');
    const cookie = pick(undefined, 'always', 'never', 'x');
    const rolled = 1 + random.below(Math.max(100, policy.weightTotal));
    const canary = upstream('canary', { policy, endpoints: pick(endpoints, endpoints, []) });
    const primary = upstream('stable', {
      endpoints: pick(endpoints, endpoints, endpoints, []),
      alternativeBackends: pick(['canary'], ['canary', 'other'], []),
    });
    const target = decideCanary(
      primary,
      new Map([['canary', canary]]),
      { header: (name) => (name === 'x-canary' ? header : undefined), cookies: cookie && `a=1; C=${cookie}` },
      () => rolled,
      patterns,
    );
    const byWeight = rolled <= policy.weight;
    const byCookie = policy.cookie !== '' && (cookie === 'always' || cookie === 'never') ? cookie === 'always' : byWeight;
    let expected = byCookie;
    if (policy.header !== '' && header !== undefined) {
      if (policy.headerValue !== '') expected = header === 'beta' || byCookie;
      else if (policy.headerPattern !== '') expected = header.startsWith('b') || byCookie;
      else if (header === 'always' || header === 'never') expected = header === 'always';
    }
    const kind =
      primary.endpoints.length === 0
        ? 'unavailable'
        : primary.alternativeBackends.length > 0 && canary.endpoints.length > 0 && expected
          ? 'canary'
          : 'stable';
    if (target.kind !== kind) expect({ policy, header, cookie, rolled, target: target.kind }).toEqual(kind);
  }
});
