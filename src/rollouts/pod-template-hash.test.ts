import { expect, it } from 'vitest';
import { sameTemplate } from './pod-template-equality.ts';
import { podTemplateHash } from './pod-template-hash.ts';
import { stepHash } from './step-hash.ts';

const demo = (image: string) => ({
  metadata: { labels: { app: 'rollouts-demo' } },
  spec: {
    containers: [
      {
        name: 'rollouts-demo',
        image,
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        resources: { requests: { cpu: '5m', memory: '32Mi' } },
      },
    ],
  },
});

it.each([
  ['argoproj/rollouts-demo:blue', '5cd66ff7ff'],
  ['argoproj/rollouts-demo:yellow', '76ddfb4f47'],
  ['argoproj/rollouts-demo:green', '674bdbdd46'],
])('hashes a template with %s to %s, as the Go controller does', (image, hash) => {
  expect(podTemplateHash(demo(image))).toBe(hash);
});

it('hashes a container without the order of its keys mattering', () => {
  const spec = {
    containers: [
      {
        resources: { requests: { memory: '16Mi', cpu: '5m' } },
        ports: [{ protocol: 'TCP', containerPort: 80, name: 'http' }],
        image: 'nginx:1.19-alpine',
        name: 'canary-scaledowndelay',
      },
    ],
  };
  expect(podTemplateHash({ metadata: { labels: { app: 'canary-scaledowndelay' } }, spec })).toBe('674d8cf959');
});

it('gives another hash after a collision', () => {
  expect(podTemplateHash(demo('a'), 1)).not.toBe(podTemplateHash(demo('a')));
});

it.each([
  [[{ setWeight: 10 }, { pause: {} }], '849b756fd4'],
  [[{ setWeight: 20 }, { pause: {} }, { setWeight: 40 }, { pause: { duration: 10 } }], '5bc988b54'],
  [undefined, '5ffbfbbd64'],
])('hashes the steps %j to %s', (steps, hash) => {
  expect(stepHash(steps)).toBe(hash);
});

it('sees a template that the API server has defaulted as the same', () => {
  const defaulted = structuredClone(demo('shop:v1')) as ReturnType<typeof demo> & { spec: Record<string, unknown> };
  Object.assign(defaulted.spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
  });
  Object.assign(defaulted.spec.containers[0]!, {
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  defaulted.metadata.labels = { ...defaulted.metadata.labels, 'rollouts-pod-template-hash': 'x' } as never;
  expect(sameTemplate(demo('shop:v1'), defaulted)).toBe(true);
  expect(sameTemplate(demo('shop:v2'), defaulted)).toBe(false);
});
