import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { expect, it } from 'vitest';
import { decodeProtobuf } from './decode-protobuf.ts';

type Field = [number, string | number | Uint8Array | Field[]];

/** Bytes of a message given as numbered fields: strings, whole numbers, bytes or nested messages. */
function message(fields: Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value);
    else if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
    else writer.tag(number, WireType.LengthDelimited).bytes(value instanceof Uint8Array ? value : message(value));
  }
  return writer.finish();
}

const envelope = (apiVersion: string, kind: string, fields: Field[]): Uint8Array =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    message([
      [
        1,
        [
          [1, apiVersion],
          [2, kind],
        ],
      ],
      [2, fields],
      [3, ''],
      [4, ''],
    ]),
  ]);
/** What Go writes for an object that a client has just made: every empty scalar of the metadata. */
const metadata = (name: string): Field[] => [
  [1, name],
  [2, ''],
  [3, 'shop'],
  [4, ''],
  [5, ''],
  [6, ''],
  [7, 0],
  [8, []],
];

it('reads a ConfigMap and drops the empty metadata that Go writes', () => {
  const object = decodeProtobuf(
    envelope('v1', 'ConfigMap', [
      [
        1,
        [
          ...metadata('a'),
          [
            11,
            [
              [1, 'app'],
              [2, 'web'],
            ],
          ],
        ],
      ],
      [
        2,
        [
          [1, 'k'],
          [2, 'v'],
        ],
      ],
      [
        2,
        [
          [1, 'empty'],
          [2, ''],
        ],
      ],
      [
        3,
        [
          [1, 'b'],
          [2, Uint8Array.of(1, 2)],
        ],
      ],
    ]),
  );
  expect(object).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'shop', labels: { app: 'web' } },
    data: { k: 'v', empty: '' },
    binaryData: { b: 'AQI=' },
  });
});

it('keeps the zero of a pointer and drops the zero of a plain number', () => {
  const object = decodeProtobuf(
    envelope('apps/v1', 'Deployment', [
      [1, metadata('d')],
      [
        2,
        [
          [1, 0],
          [5, 0],
          [7, 0],
          [4, [[1, '']]],
        ],
      ],
      [
        3,
        [
          [1, 0],
          [2, 0],
        ],
      ],
    ]),
  );
  expect(object).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'shop' }, spec: { replicas: 0 } });
});

it('puts the fields of an inlined message into its parent', () => {
  const volume: Field[] = [
    [1, 'cfg'],
    [2, [[19, [[1, [[1, 'settings']]]]]]],
  ];
  const object = decodeProtobuf(
    envelope('v1', 'Pod', [
      [1, metadata('p')],
      [2, [[1, volume]]],
    ]),
  );
  expect(object['spec']).toEqual({ volumes: [{ name: 'cfg', configMap: { name: 'settings' } }] });
});

it('reads numbers or strings, quantities and times in their JSON form', () => {
  const service = decodeProtobuf(
    envelope('v1', 'Service', [
      [
        2,
        [
          [
            1,
            [
              [1, 'http'],
              [3, 80],
              [
                4,
                [
                  [1, 1],
                  [2, 0],
                  [3, 'web'],
                ],
              ],
            ],
          ],
          [
            1,
            [
              [3, 81],
              [
                4,
                [
                  [1, 0],
                  [2, 8081],
                  [3, ''],
                ],
              ],
            ],
          ],
        ],
      ],
    ]),
  );
  expect(service['spec']).toEqual({
    ports: [
      { name: 'http', port: 80, targetPort: 'web' },
      { port: 81, targetPort: 8081 },
    ],
  });
  const lease = decodeProtobuf(
    envelope('coordination.k8s.io/v1', 'Lease', [
      [
        1,
        [
          [1, 'l'],
          [8, [[1, 1_700_000_000]]],
        ],
      ],
      [
        2,
        [
          [1, 'me'],
          [
            4,
            [
              [1, 1_700_000_000],
              [2, 123_456_000],
            ],
          ],
        ],
      ],
    ]),
  );
  expect(lease).toMatchObject({
    metadata: { creationTimestamp: '2023-11-14T22:13:20Z' },
    spec: { holderIdentity: 'me', renewTime: '2023-11-14T22:13:20.123000Z' },
  });
});

it('reads DeleteOptions whatever group the client names', () => {
  expect(decodeProtobuf(envelope('apps/v1', 'DeleteOptions', [[4, 'Background']]))).toEqual({
    apiVersion: 'apps/v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
  });
});

it.each([
  ['without the prefix', Buffer.from('{}'), 'BadRequest'],
  ['that end in the middle of a field', envelope('v1', 'ConfigMap', [[1, metadata('a')]]).subarray(0, -6), 'BadRequest'],
  ['of a kind that is not modelled', envelope('v1', 'ReplicationController', []), 'UnsupportedMediaType'],
])('refuses bytes %s', (_, bytes, reason) => {
  expect(() => decodeProtobuf(bytes)).toThrow(expect.objectContaining({ reason }));
});
