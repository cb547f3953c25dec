import { expect, it } from 'vitest';
import { serviceNamesFor } from './dns-name.ts';

it.each([
  ['web', [{ service: 'web', namespace: 'shop' }]],
  [
    'web.prod',
    [
      { podHost: 'web', service: 'prod', namespace: 'shop' },
      { service: 'web', namespace: 'prod' },
    ],
  ],
  ['web.prod.svc', [{ service: 'web', namespace: 'prod' }]],
  ['web.prod.svc.cluster.local.', [{ service: 'web', namespace: 'prod' }]],
  ['db-0.db.prod.svc', [{ podHost: 'db-0', service: 'db', namespace: 'prod' }]],
  ['a.b.c.d', []],
  ['web.prod.cluster.local', []],
])('reads %s as a Service name', (host, names) => {
  expect(serviceNamesFor(host, 'shop')).toEqual(names);
});
