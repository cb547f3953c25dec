import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { decodeFor } from '../schema/decode-for.ts';
import { builtInResources } from './built-in-resources.ts';
import { deployment } from './deployment.ts';
import { defaultPullPolicy } from './pod-spec-defaults.ts';
import { replicaSet } from './replicaset.ts';
import type { Resource } from './resource.ts';

const resources = builtInResources();
const rowOf = (kind: string): Resource<AnyObject> => resources.find(({ type }) => type.kind === kind) as unknown as Resource<AnyObject>;
const template = (spec: object = {}): object => ({
  metadata: { labels: { a: 'b' } },
  spec: { containers: [{ name: 'c', image: 'nginx:1.25', ports: [{ containerPort: 80 }] }], ...spec },
});
const selector = { matchLabels: { a: 'b' } };

function defaulted(kind: string, body: object): AnyObject {
  const row = rowOf(kind);
  const { object } = decodeFor(row, { metadata: { name: 'x' }, ...body });
  row.default?.(object);
  return object;
}

const tables: [string, object, object][] = [
  [
    'Deployment',
    { spec: { selector, template: template() } },
    {
      spec: {
        replicas: 1,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      },
    },
  ],
  ['ReplicaSet', { spec: { selector, template: template() } }, { spec: { replicas: 1 } }],
  [
    'StatefulSet',
    { spec: { selector, template: template() } },
    {
      spec: {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      },
      status: { replicas: 0, availableReplicas: 0 },
    },
  ],
  [
    'DaemonSet',
    { spec: { selector, template: template() } },
    { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }, revisionHistoryLimit: 10 } },
  ],
  [
    'CronJob',
    { spec: { schedule: '* * * * *', jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }) } } } },
    { spec: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 } },
  ],
  ['Namespace', {}, { metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } }, status: { phase: 'Active' } }],
  ['Secret', { stringData: { a: 'b' }, data: { c: 'ZA==' } }, { type: 'Opaque', data: { a: 'Yg==', c: 'ZA==' } }],
  ['Ingress', { spec: { rules: [] } }, { status: { loadBalancer: {} } }],
  ['NetworkPolicy', { spec: {} }, { spec: { podSelector: {}, policyTypes: ['Ingress'] } }],
  ['NetworkPolicy', { spec: { egress: [{}] } }, { spec: { policyTypes: ['Ingress', 'Egress'] } }],
  [
    'RoleBinding',
    {
      metadata: { name: 'x', namespace: 'n' },
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's' },
      ],
    },
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [
        { kind: 'User', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    },
  ],
  ['ClusterRole', {}, { rules: null }],
  ['PersistentVolumeClaim', { spec: {} }, { spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }],
  ['PodDisruptionBudget', {}, { status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 } }],
  [
    'HorizontalPodAutoscaler',
    { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd' } } },
    {
      spec: {
        minReplicas: 1,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
      },
    },
  ],
  [
    'ValidatingWebhookConfiguration',
    {
      webhooks: [
        {
          name: 'a.b.c',
          clientConfig: { service: { name: 's', namespace: 'n' } },
          rules: [{ operations: ['CREATE'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    },
    {
      webhooks: [
        {
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          timeoutSeconds: 10,
          rules: [{ scope: '*' }],
          clientConfig: { service: { port: 443 } },
        },
      ],
    },
  ],
  ['Event', { involvedObject: { kind: 'Pod', name: 'p' } }, { eventTime: null, reportingComponent: '', reportingInstance: '' }],
  [
    'EndpointSlice',
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 80 }] },
    { endpoints: [{ conditions: {} }], ports: [{ name: '', protocol: 'TCP' }] },
  ],
  ['Clock', {}, { spec: { rate: 1 } }],
];

describe('defaults', () => {
  it.each(tables)('of a %s %#', (kind, body, expected) => {
    expect(defaulted(kind, body)).toMatchObject(expected);
  });

  it.each(tables)('of a %s change nothing the second time %#', (kind, body) => {
    const once = defaulted(kind, body);
    const twice = structuredClone(once);
    rowOf(kind).default?.(twice);
    expect(twice).toEqual(once);
  });

  it('fill in a Pod template completely', () => {
    const spec = {
      containers: [
        {
          name: 'c',
          image: 'nginx',
          ports: [{ containerPort: 80 }],
          livenessProbe: { httpGet: { port: 80 } },
          env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
        },
      ],
      volumes: [{ name: 'a' }, { name: 'b', secret: { secretName: 's' } }, { name: 'h', hostPath: { path: '/' } }],
      serviceAccountName: 'sa',
    };
    expect((defaulted('Deployment', { spec: { template: { spec } } })['spec'] as Deployment['spec']).template.spec).toEqual({
      containers: [
        {
          name: 'c',
          image: 'nginx',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'Always',
          livenessProbe: {
            httpGet: { path: '/', port: 80, scheme: 'HTTP' },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          env: [{ name: 'IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } }],
        },
      ],
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', secret: { secretName: 's', defaultMode: 420 } },
        { name: 'h', hostPath: { path: '/', type: '' } },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
      serviceAccountName: 'sa',
      serviceAccount: 'sa',
    });
  });

  it('are the same for the template of a Deployment and of its ReplicaSet', () => {
    const [d, rs] = [{ spec: { template: template() } }, { spec: { template: template() } }] as unknown as [Deployment, ReplicaSet];
    deployment.default!(d);
    replicaSet.default!(rs);
    const copied = { spec: { template: structuredClone(d.spec.template) } } as unknown as ReplicaSet;
    replicaSet.default!(copied);
    expect(rs.spec.template).toEqual(d.spec.template);
    expect(copied.spec.template).toEqual(d.spec.template);
  });

  it('leave the Job inside a CronJob to the Job', () => {
    const { spec } = defaulted('CronJob', {
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }) } } },
    }) as unknown as { spec: { jobTemplate: { spec: object } } };
    expect(Object.keys(spec.jobTemplate.spec)).toEqual(['template']);
  });

  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.25', 'IfNotPresent'],
    ['localhost:5000/nginx', 'Always'],
    ['nginx@sha256:00', 'IfNotPresent'],
    ['nginx:latest@sha256:00', 'IfNotPresent'],
  ])('pull %s %s', (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });
});

describe('the table of built-in resources', () => {
  it('names every resource once and every schema in the field table', () => {
    const names = resources.map(({ type }) => `${type.resource}.${type.group}/${type.version}`);
    expect(new Set(names).size).toBe(names.length);
    for (const row of resources) expect(() => decodeFor(row, { metadata: { name: 'x' } }), row.type.kind).not.toThrow();
  });

  it('gives every short name to one resource', () => {
    const names = resources.filter(({ stored }) => stored === undefined).flatMap(({ shortNames }) => shortNames);
    expect(new Set(names).size).toBe(names.length);
  });

  it('tells the kinds that kubectl get all shows', () => {
    expect(
      resources.filter(({ categories, stored }) => stored === undefined && categories.includes('all')).map(({ type }) => type.kind),
    ).toEqual(['Pod', 'Service', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet', 'HorizontalPodAutoscaler', 'CronJob', 'Job']);
  });
});
