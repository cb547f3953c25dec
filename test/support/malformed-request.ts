import type { Random } from '../../src/base/random.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];
const PATHS = [
  '/api/v1/namespaces/default/configmaps',
  '/api/v1/namespaces/default/configmaps/c-1',
  '/api/v1/namespaces/../../etc/passwd',
  '/api/v1/%2e%2e/%2e%2e/secret',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis',
  '/api',
  '//',
  '/%',
  '/%zz',
  '/api/v1/namespaces/%00/pods',
  '/apis/nope/v9/things/x/y/z',
  '/api/v1/namespaces/default/pods/none/log',
  '/api/v1/namespaces/default/pods/none/exec',
  '/openapi/v3/apis/none/v1',
  '/version',
  '/api/v1/nodes/x/status',
  '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
  '/apis/events.k8s.io/v1/namespaces/default/events',
  '/api/v1/namespaces/default/serviceaccounts/default/token',
  `/api/v1/namespaces/${'n'.repeat(300)}/pods`,
];
const QUERIES = [
  '',
  '?limit=abc',
  '?limit=-1',
  '?labelSelector=%',
  '?labelSelector=((',
  '?fieldSelector=a',
  '?resourceVersion=-1',
  '?continue=zzzz',
  '?watch=true&resourceVersion=x',
  '?dryRun=x',
  '?fieldValidation=Maybe',
  '?timeoutSeconds=nan',
  '?propagationPolicy=Up',
  '?gracePeriodSeconds=soon',
  '?fieldManager=',
  '?includeObject=All',
  '?resourceVersionMatch=Exact',
];
const TYPES = [
  '',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/cbor',
  ';;;',
  'application/json; charset=utf-7',
];
const ACCEPTS = [
  '',
  '*/*',
  'text/html',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=Table;v=v9;g=x',
  ';q=2',
  'application/yaml',
];
const BODIES = [
  '',
  '{',
  '[]',
  'null',
  '1',
  '"x"',
  '{"metadata":null}',
  '{"metadata":{"name":5}}',
  '{"metadata":{"name":"../x"}}',
  '{"kind":"Pod"}',
  '{"metadata":{"name":"a","labels":{"a":{}}}}',
  '{"spec":[]}',
  '[{"op":"add"}]',
  '[{"op":"replace","path":"/a~2","value":1}]',
  '[{"op":"move","from":"/x","path":"/y"}]',
  '{"data":{"$patch":"explode"}}',
  '{"$setElementOrder/x":1}',
  '{"__proto__":{"a":1},"metadata":{"name":"p","__proto__":{"x":1}}}',
  '{"constructor":{"prototype":{"a":1}}}',
  'a: [',
  '&a [*a]',
  '- - - -',
  'k8s\0\n\x05hello',
  'k8s\0',
  '\xff\xfe\x00',
  '{"a":'.repeat(3000),
  `{"metadata":{"name":"d"},"data":{"a":"${'x'.repeat(500)}"}}`,
];

const one = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)]!;

/** Cuts, doubles or replaces a few bytes. */
function damage(random: Random, text: string): string {
  if (random.below(3) > 0 || text.length === 0) return text;
  const at = random.below(text.length);
  switch (random.below(3)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at, at + 20).repeat(2) + text.slice(at);
    default:
      return `${text.slice(0, at)}${String.fromCharCode(random.below(256))}${text.slice(at + 1)}`;
  }
}

/** A request that something is wrong with, or almost: with headers, a path or a body that no client sends. */
export function malformedRequest(random: Random, token: string): Buffer {
  const method = one(random, METHODS);
  const body = Buffer.from(damage(random, one(random, BODIES)), 'latin1');
  const path = (one(random, PATHS) + one(random, QUERIES)).replace(/[^\x21-\x7e]/g, '');
  const headers = [
    `Host: 127.0.0.1`,
    ...(random.below(20) === 0 ? ['Authorization: Bearer nonsense'] : [`Authorization: Bearer ${token}`]),
    `Content-Length: ${body.length}`,
  ];
  const type = one(random, TYPES);
  const accept = one(random, ACCEPTS);
  if (type !== '') headers.push(`Content-Type: ${type}`);
  if (accept !== '') headers.push(`Accept: ${accept}`);
  if (random.below(30) === 0) headers.push(`Impersonate-User: ${'u'.repeat(random.below(50))}`);
  if (random.below(30) === 0) for (let i = 0; i < random.below(60); i++) headers.push(`X-Flood-${i}: ${'v'.repeat(20)}`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`), body]);
}
