import type { RequestCase } from '../conformance-case.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

/** After a namespace began to end and the history was compacted. */
export const lateCases: readonly RequestCase[] = [
  {
    id: 'terminating-namespace',
    covers: ['403/terminating-namespace'],
    request: {
      method: 'POST',
      path: '/api/v1/namespaces/ending/configmaps',
      headers: { 'content-type': 'application/json' },
      body: '{"metadata":{"name":"b"}}',
    },
    code: 403,
    expected: /configmaps \\"b\\" is forbidden: unable to create new content in namespace ending because it is being terminated/,
  },
  {
    id: 'expired-watch',
    covers: ['410', 'informer/expired'],
    request: { method: 'GET', path: `${MAPS}?watch=true&resourceVersion=5` },
    code: 200,
    expected: /^\{"type":"ERROR","object":\{.*"message":"too old resource version: 5 \(\d+\)","reason":"Expired","code":410\}\}\n$/,
  },
  {
    id: 'expired-list',
    covers: ['410'],
    request: { method: 'GET', path: `${MAPS}?resourceVersion=5&resourceVersionMatch=Exact` },
    code: 410,
    expected: /"message":"The resourceVersion for the provided list is too old\."/,
  },
];
