import { expect, it } from 'vitest';
import type { Ingress } from '../kube/generated/types.ts';
import { canaryIngress, canaryIngressName, canaryIngressPatch } from './canary-ingress.ts';
import type { Rollout } from './rollout.ts';

const backend = (name: string) => ({ service: { name, port: { number: 80 } } });
const stable: Ingress = {
  metadata: {
    name: 'web',
    uid: 'i',
    creationTimestamp: '',
    resourceVersion: '1',
    labels: { team: 'a' },
    annotations: { 'nginx.ingress.kubernetes.io/rewrite-target': '/', 'kubernetes.io/ingress.class': 'nginx' },
  },
  spec: {
    ingressClassName: 'nginx',
    tls: [{ hosts: ['a.local'], secretName: 'cert' }],
    defaultBackend: backend('web-stable'),
    rules: [
      {
        host: 'a.local',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: backend('web-stable') },
            { path: '/api', pathType: 'Prefix', backend: backend('api') },
          ],
        },
      },
      { host: 'b.local', http: { paths: [{ path: '/', pathType: 'Prefix', backend: backend('api') }] } },
    ],
  },
};
const rollout = (nginx: object = {}, routing: object = {}): Rollout => ({
  metadata: { name: 'demo', namespace: 'lab', uid: 'u1', creationTimestamp: '', resourceVersion: '1' },
  spec: {
    strategy: {
      canary: {
        canaryService: 'web-canary',
        stableService: 'web-stable',
        trafficRouting: { nginx: { stableIngress: 'web', ...nginx }, ...routing },
      },
    },
  },
});

it('copies class, TLS and whole matching rules, and nothing else, of the stable Ingress', () => {
  const ingress = canaryIngress(rollout(), stable, 20);
  expect(ingress.metadata).toEqual({
    name: 'demo-web-canary',
    namespace: 'lab',
    annotations: {
      'kubernetes.io/ingress.class': 'nginx',
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-weight': '20',
    },
    ownerReferences: [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'demo', uid: 'u1', controller: true, blockOwnerDeletion: true },
    ],
  });
  expect(ingress.spec).toEqual({
    ingressClassName: 'nginx',
    tls: [{ hosts: ['a.local'], secretName: 'cert' }],
    rules: [
      {
        host: 'a.local',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: backend('web-canary') },
            { path: '/api', pathType: 'Prefix', backend: backend('api') },
          ],
        },
      },
    ],
  });
});

it('prefixes additional annotations, keeps canary ones as written and owns the weight', () => {
  const annotations = canaryIngress(
    rollout(
      {
        annotationPrefix: 'custom.io',
        additionalIngressAnnotations: { 'canary-by-header': 'X', 'custom.io/canary-weight': '99' },
        canaryIngressAnnotations: { 'nginx.ingress.kubernetes.io/rewrite-target': '/' },
      },
      { maxTrafficWeight: 1000 },
    ),
    stable,
    50,
  ).metadata.annotations;
  expect(annotations).toEqual({
    'kubernetes.io/ingress.class': 'nginx',
    'custom.io/canary-by-header': 'X',
    'nginx.ingress.kubernetes.io/rewrite-target': '/',
    'custom.io/canary': 'true',
    'custom.io/canary-weight': '50',
    'custom.io/canary-weight-total': '1000',
  });
});

it('cuts the name to 253 characters and keeps its ending', () => {
  const name = canaryIngressName('r'.repeat(200), 'i'.repeat(100));
  expect(name).toHaveLength(253);
  expect(name.endsWith('i-canary')).toBe(true);
});

it('patches only what differs, keeps foreign annotations and removes foreign labels', () => {
  const existing = structuredClone(canaryIngress(rollout(), stable, 20)) as Ingress;
  expect(canaryIngressPatch(existing, canaryIngress(rollout(), stable, 20))).toBeUndefined();
  expect(canaryIngressPatch(existing, canaryIngress(rollout(), stable, 40))).toEqual({
    metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary-weight': '40' } },
  });
  existing.metadata.labels = { extra: 'yes' };
  existing.metadata.annotations = { ...existing.metadata.annotations, other: 'kept' };
  expect(canaryIngressPatch(existing, canaryIngress(rollout(), stable, 20))).toEqual({ metadata: { labels: { extra: null } } });
});
