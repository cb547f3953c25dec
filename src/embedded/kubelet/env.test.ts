import { expect, it } from 'vitest';
import type { Container, Pod } from '../../kube/generated/types.ts';
import { containerEnv, type EnvSources } from './env.ts';
import { expandVariables } from './variable-expansion.ts';

const container: Container = { name: 'app', resources: { limits: { memory: '64Mi' }, requests: { cpu: '250m' } } };
const pod: Pod = {
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    uid: 'u1',
    resourceVersion: '1',
    creationTimestamp: '',
    labels: { deployment: 'canary' },
    annotations: { note: 'n' },
  },
  spec: { containers: [container], nodeName: 'node-1', serviceAccountName: 'robot' },
};
const sources: EnvSources = {
  configMap: (name) =>
    name === 'settings'
      ? { metadata: { name, resourceVersion: '', creationTimestamp: '', uid: '' }, data: { mode: 'fast', size: 'big' } }
      : undefined,
  secret: (name) =>
    name === 'login'
      ? {
          metadata: { name, resourceVersion: '', creationTimestamp: '', uid: '' },
          data: { password: Buffer.from('x1').toString('base64') },
        }
      : undefined,
  services: [
    {
      metadata: { name: 'my-db', resourceVersion: '', creationTimestamp: '', uid: '' },
      spec: { clusterIP: '10.96.1.5', ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] },
    },
  ],
  apiService: { ip: '10.96.0.1', port: 443 },
  node: { podIp: '10.244.0.2', hostIp: '172.18.0.2', cpu: '8', memory: '16Gi' },
};
const env = (extra: Partial<Container>): Record<string, string> => containerEnv(pod, { ...container, ...extra }, sources);

it.each([
  ['metadata.name', 'web-1'],
  ['metadata.namespace', 'shop'],
  ['metadata.uid', 'u1'],
  ["metadata.labels['deployment']", 'canary'],
  ["metadata.annotations['note']", 'n'],
  ['spec.nodeName', 'node-1'],
  ['spec.serviceAccountName', 'robot'],
  ['status.podIP', '10.244.0.2'],
  ['status.hostIP', '172.18.0.2'],
])('fills a variable from %s', (fieldPath, value) => {
  expect(env({ env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath } } }] }).X).toBe(value);
});

it.each([
  ['limits.memory', '1Mi', '64'],
  ['limits.memory', undefined, '67108864'],
  ['requests.cpu', undefined, '1'],
  ['requests.cpu', '1m', '250'],
  ['limits.cpu', undefined, '8'],
])('fills a variable from %s in units of %s', (resource, divisor, value) => {
  expect(env({ env: [{ name: 'X', valueFrom: { resourceFieldRef: { resource, divisor } } }] }).X).toBe(value);
});

it('lets later sources win: Services, then envFrom, then env, whose values may name earlier variables', () => {
  const result = env({
    envFrom: [
      { configMapRef: { name: 'settings' } },
      { prefix: 'DB_', secretRef: { name: 'login' } },
      { configMapRef: { name: 'none', optional: true } },
    ],
    env: [
      { name: 'mode', value: 'slow' },
      { name: 'LINE', value: '$(mode)-$(DB_password)-$(UNKNOWN)-$$(mode)' },
      { name: 'MAYBE', valueFrom: { secretKeyRef: { name: 'none', key: 'k', optional: true } } },
    ],
  });
  expect(result).toMatchObject({ mode: 'slow', size: 'big', DB_password: 'x1', LINE: 'slow-x1-$(UNKNOWN)-$(mode)', HOSTNAME: 'web-1' });
  expect(result).not.toHaveProperty('MAYBE');
});

it('describes Services and the API server in variables', () => {
  expect(env({})).toMatchObject({
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    MY_DB_SERVICE_HOST: '10.96.1.5',
    MY_DB_SERVICE_PORT: '5432',
    MY_DB_SERVICE_PORT_SQL: '5432',
    MY_DB_PORT_5432_TCP_ADDR: '10.96.1.5',
    MY_DB_PORT: 'tcp://10.96.1.5:5432',
  });
  expect(containerEnv({ ...pod, spec: { ...pod.spec, enableServiceLinks: false } }, container, sources)).not.toHaveProperty(
    'MY_DB_SERVICE_HOST',
  );
});

it.each([
  [{ configMapKeyRef: { name: 'none', key: 'k' } }, 'configmap "none" not found'],
  [{ configMapKeyRef: { name: 'settings', key: 'k' } }, "couldn't find key k in ConfigMap shop/settings"],
  [{ secretKeyRef: { name: 'none', key: 'k' } }, 'secret "none" not found'],
])('says what is missing for %o', (valueFrom, message) => {
  expect(() => env({ env: [{ name: 'X', valueFrom }] })).toThrow(message);
});

it('leaves a lone dollar sign as it is', () => {
  expect(expandVariables('$5 $(A) $$', { A: 'a' })).toBe('$5 a $');
});
