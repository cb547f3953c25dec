import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { KubeObject } from '../kube/object.ts';
import { redacted, SecretValues } from './secret-values.ts';

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const metadata = { name: 'x', namespace: 'n', uid: 'u' };
const hiddenAfter = (object: object, text: string): string => {
  const values = new SecretValues();
  values.learn(object as KubeObject);
  return values.hide(text);
};

it.each<[string, object]>([
  ['the data of a Secret', { kind: 'Secret', metadata, data: { any: base64('planted-value') } }],
  [
    'a variable with such a name',
    { kind: 'Pod', metadata, spec: { containers: [{ env: [{ name: 'DB_PASSWORD', value: 'planted-value' }] }] } },
  ],
  ['a field with such a name', { kind: 'ConfigMap', metadata, data: { 'api-key': 'planted-value' } }],
  [
    'what kubectl last applied',
    {
      kind: 'ConfigMap',
      metadata: { ...metadata, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"token":"planted-value"}}' } },
    },
  ],
  [
    'the values of a Helm release',
    {
      kind: 'Secret',
      type: 'helm.sh/release.v1',
      metadata,
      data: { release: base64(base64(gzipSync(JSON.stringify({ config: { db: { password: 'planted-value' } } })))) },
    },
  ],
])('takes %s out of every text, as it is and as base64', (_, object) => {
  expect(hiddenAfter(object, `log: planted-value, ${base64('planted-value')}.`)).toBe('log: (redacted), (redacted).');
});

it('leaves names of Secrets, paths and short words as they are', () => {
  const pod = {
    kind: 'Pod',
    metadata,
    spec: {
      volumes: [{ secret: { secretName: 'the-certificate' } }],
      env: [
        { name: 'TOKEN', value: '/var/run/token' },
        { name: 'SECRET', value: 'yes' },
      ],
    },
  };
  const text = 'volume the-certificate at /var/run/token: yes\n';
  expect(hiddenAfter(pod, text)).toBe(text);
});

it('replaces the data of a Secret and secret-looking texts of an object, and nothing else', () => {
  expect(
    redacted({
      kind: 'Secret',
      metadata: { name: 'x', managedFields: [{}], annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
      data: { a: 'YQ==' },
      list: [
        { name: 'TOKEN', value: 'v' },
        { name: 'COLOR', value: 'blue' },
      ],
      secretName: 'kept',
    }),
  ).toEqual({
    kind: 'Secret',
    metadata: { name: 'x', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '(redacted)' } },
    data: { a: '(redacted)' },
    list: [
      { name: 'TOKEN', value: '(redacted)' },
      { name: 'COLOR', value: 'blue' },
    ],
    secretName: 'kept',
  });
});
