import { expect, it } from 'vitest';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { buildConfiguration } from '../../src/ingress/build-configuration.ts';
import { createRouter } from '../../src/ingress/route-request.ts';
import type { EndpointSlice, Ingress, Service } from '../../src/kube/generated/types.ts';
import { expectedAnswer, type OracleIngress, type OraclePath, type OracleRequest, type OracleWorld } from './routing-oracle.ts';

const HOSTS = ['a.test', 'b.test', '*.w.test', 'x.w.test', ''];
const PATHS = ['/', '/', '/', '/api', '/api/v1', '/foo/'];
const TYPES: OraclePath['type'][] = ['Prefix', 'Prefix', 'ImplementationSpecific', 'Exact'];
const pick = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)]!;
const maybe = (random: Random, share: number, rules: Record<string, string>): Record<string, string> =>
  random.next() < share ? rules : {};

/** A random cluster: ordinary Ingresses, canaries that mostly copy one of their paths, and sometimes a preview of a canary's Service. */
function aWorld(random: Random): OracleWorld {
  const ingresses: OracleIngress[] = [];
  const add = (name: string, canary: OracleIngress['canary'], rules: OracleIngress['rules']): void => {
    ingresses.push({ name, age: random.below(6), canary, rules });
  };
  const aPath = (services: string[]): OraclePath => {
    const path = pick(random, PATHS);
    return { path, type: path.endsWith('/') && path !== '/' ? 'Prefix' : pick(random, TYPES), service: pick(random, services) };
  };
  for (let i = random.below(4); i >= 0; i--)
    add(`main-${i}`, undefined, [
      { host: pick(random, HOSTS), paths: Array.from({ length: 1 + random.below(3) }, () => aPath(['s1', 's2', 's3'])) },
    ]);
  for (let i = random.below(3); i > 0; i--) {
    const rules = {
      canary: 'true',
      'canary-weight': String(pick(random, [0, 20, 50, 100])),
      ...maybe(random, 0.3, { 'canary-weight-total': '100' }),
      ...maybe(random, 0.5, { 'canary-by-header': 'X-Canary' }),
      ...maybe(random, 0.25, { 'canary-by-header-value': 'beta' }),
      ...maybe(random, 0.25, { 'canary-by-header-pattern': 'b.t' }),
      ...maybe(random, 0.3, { 'canary-by-cookie': 'c' }),
    };
    const partner = pick(
      random,
      pick(
        random,
        ingresses.filter(({ canary }) => canary === undefined),
      ).rules,
    );
    const service = pick(random, ['c1', 'c2']);
    const paths = partner.paths.filter(() => random.next() < 0.8).map((path) => ({ ...path, service }));
    if (random.next() < 0.2) paths.push({ path: '/elsewhere', type: 'Prefix', service });
    add(`can-${i}`, rules, [{ host: random.next() < 0.9 ? partner.host : 'b.test', paths }]);
  }
  if (random.next() < 0.2) add('preview', undefined, [{ host: 'p.test', paths: [{ path: '/', type: 'Prefix', service: 'c1' }] }]);
  return { ingresses, ready: Object.fromEntries(['s1', 's2', 's3', 'c1', 'c2'].map((service) => [service, random.next() < 0.9])) };
}

function configurationOf({ ingresses, ready }: OracleWorld): ReturnType<typeof buildConfiguration> {
  const objects = ingresses.map(
    ({ name, age, canary, rules }) =>
      ({
        metadata: {
          namespace: 'default',
          name,
          creationTimestamp: `2024-01-01T00:00:0${age}Z`,
          annotations: Object.fromEntries(
            Object.entries(canary ?? {}).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
          ),
        },
        spec: {
          rules: rules.map(({ host, paths }) => ({
            ...(host === '' ? {} : { host }),
            http: {
              paths: paths.map(({ path, type, service }) => ({
                path,
                pathType: type,
                backend: { service: { name: service, port: { number: 80 } } },
              })),
            },
          })),
        },
      }) as unknown as Ingress,
  );
  return buildConfiguration({
    ingresses: objects,
    findService: (_, name) =>
      ({ metadata: { namespace: 'default', name }, spec: { ports: [{ name: 'http', port: 80 }] } }) as unknown as Service,
    endpointSlices: (_, name) => [
      {
        addressType: 'IPv4',
        endpoints: ready[name] ? [{ addresses: ['10.0.0.1'] }] : [],
        ports: [{ name: 'http', port: 8080 }],
      } as unknown as EndpointSlice,
    ],
    findCertificate: () => undefined,
  });
}

it('agrees with the independently written rules on 100,000 requests to 5,000 random clusters', () => {
  const random = seededRandom(62);
  const seen: Record<string, number> = {};
  for (let round = 0; round < 5000; round++) {
    const world = aWorld(random);
    const router = createRouter(configurationOf(world));
    for (let i = 0; i < 20; i++) {
      const request: OracleRequest = {
        host: pick(random, ['a.test', 'b.test', 'x.w.test', 'y.w.test', 'w.test', 'a.b.w.test', 'p.test', 'unknown.test']),
        path: pick(random, ['/', '/api', '/api/', '/api/v1', '/api/v1/x', '/apix', '/foo', '/foo/', '/foo/x', '/other', '/elsewhere']),
        header: pick(random, [undefined, undefined, 'always', 'never', 'beta', 'Always']),
        cookie: pick(random, [undefined, undefined, 'always', 'never', 'yes']),
        rolled: 1 + random.below(100),
      };
      const expected = expectedAnswer(world, request);
      if (expected === undefined) {
        seen['uncertain'] = (seen['uncertain'] ?? 0) + 1;
        continue;
      }
      const route = router(
        {
          host: request.host,
          target: request.path,
          isHttps: false,
          header: (name) => (name === 'x-canary' ? request.header : undefined),
          cookies: request.cookie && `c=${request.cookie}`,
        },
        () => request.rolled,
      );
      const answer = route.kind === 'answer' ? String(route.status) : route.upstream.service;
      if (answer !== expected) expect({ world, request, answer }).toEqual(expected);
      seen[expected] = (seen[expected] ?? 0) + 1;
    }
  }
  // Every kind of outcome has really been compared.
  for (const outcome of ['404', '301', '503', 's1', 's2', 's3', 'c1', 'c2']) expect(seen[outcome], outcome).toBeGreaterThan(500);
});
