import { expect, it } from 'vitest';
import type { ConfigMap, Container, Pod, Volume } from '../../kube/generated/types.ts';
import { missingVolumes, mountedFiles, readMountedFile, type VolumeSources } from './volumes.ts';

const metadata = { name: 'x', namespace: 'shop', resourceVersion: '', creationTimestamp: '', uid: 'u1' };
const maps: Record<string, ConfigMap> = {
  site: { metadata, data: { 'index.html': '<p>', 'style.css': 'p{}' } },
  ca: { metadata, data: { 'ca.crt': 'CA' } },
};
const sources: VolumeSources = {
  configMap: (name) => maps[name],
  secret: (name) => (name === 'tls' ? { metadata, data: { 'tls.key': Buffer.from('KEY').toString('base64') } } : undefined),
  token: ({ audience }) => `token for ${audience ?? 'the API'}`,
  node: { podIp: '10.244.0.2', hostIp: '172.18.0.2', cpu: '8', memory: '16Gi' },
};
function aPod(volume: Omit<Volume, 'name'>, mount: { mountPath?: string; subPath?: string } = {}): { pod: Pod; container: Container } {
  const container: Container = { name: 'app', volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] };
  return {
    container,
    pod: { metadata: { ...metadata, labels: { a: '1', b: '2' } }, spec: { containers: [container], volumes: [{ name: 'v', ...volume }] } },
  };
}
const files = ({ pod, container }: { pod: Pod; container: Container }): Record<string, string> =>
  Object.fromEntries(mountedFiles(pod, container, sources));

it.each([
  ['a ConfigMap', aPod({ configMap: { name: 'site' } }), { '/v/index.html': '<p>', '/v/style.css': 'p{}' }],
  [
    'chosen keys of a ConfigMap',
    aPod({ configMap: { name: 'site', items: [{ key: 'index.html', path: 'www/i.html' }] } }),
    { '/v/www/i.html': '<p>' },
  ],
  [
    'one file by subPath',
    aPod({ configMap: { name: 'site' } }, { mountPath: '/etc/index.html', subPath: 'index.html' }),
    { '/etc/index.html': '<p>' },
  ],
  ['a Secret', aPod({ secret: { secretName: 'tls' } }), { '/v/tls.key': 'KEY' }],
  ['an optional Secret that is missing', aPod({ secret: { secretName: 'none', optional: true } }), {}],
  [
    'labels',
    aPod({ downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } }),
    { '/v/labels': 'a="1"\nb="2"' },
  ],
  ['an empty directory', aPod({ emptyDir: {} }), {}],
  [
    'a projection',
    aPod(
      {
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token' } },
            { configMap: { name: 'ca' } },
            { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
          ],
        },
      },
      { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount/' },
    ),
    {
      '/var/run/secrets/kubernetes.io/serviceaccount/token': 'token for the API',
      '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt': 'CA',
      '/var/run/secrets/kubernetes.io/serviceaccount/namespace': 'shop',
    },
  ],
])('shows the files of %s', (_, pod, expected) => {
  expect(files(pod)).toEqual(expected);
});

it.each([
  [aPod({ configMap: { name: 'none' } }), 'configmap "none" not found'],
  [aPod({ secret: { secretName: 'none' } }), 'secret "none" not found'],
  [aPod({ configMap: { name: 'site', items: [{ key: 'none', path: 'x' }] } }), 'configmap references non-existent config key: none'],
  [aPod({ secret: { secretName: 'tls', items: [{ key: 'none', path: 'x' }] } }), 'references non-existent secret key: none'],
  [aPod({ projected: { sources: [{ configMap: { name: 'none' } }] } }), 'configmap "none" not found'],
  [
    aPod({ projected: { sources: [{ configMap: { name: 'none' } }, { secret: { name: 'none' } }, { configMap: { name: 'none' } }] } }),
    '[configmap "none" not found, secret "none" not found]',
  ],
])('says why volume %# cannot be set up', ({ pod }, why) => {
  expect(missingVolumes(pod, sources)).toEqual([{ volume: 'v', why }]);
});

it('reads a file from the mount with the longest matching path', () => {
  const { pod, container } = aPod({ configMap: { name: 'site' } }, { mountPath: '/v' });
  pod.spec.volumes!.push({ name: 'w', secret: { secretName: 'tls' } });
  container.volumeMounts!.push({ name: 'w', mountPath: '/v/private' });
  expect(readMountedFile(pod, container, '/v/private/tls.key', sources)).toBe('KEY');
  expect(readMountedFile(pod, container, '/v//index.html', sources)).toBe('<p>');
  expect(readMountedFile(pod, container, '/v/private/index.html', sources)).toBeUndefined();
});
