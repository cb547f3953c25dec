import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../kube/object.ts';
import { builtInResources } from '../built-in-resources.ts';

const NOW_MS = Date.parse('2026-01-01T01:00:00Z');
const resources = builtInResources();
const minutesAgo = (minutes: number): string => new Date(NOW_MS - minutes * 60_000).toISOString().replace('.000Z', 'Z');

/** Cells by column name, as a client would see them. */
function cells(kind: string, object: object): Record<string, unknown> {
  const row = resources.find(({ type }) => type.kind === kind)!;
  const full = {
    metadata: { name: 'x', creationTimestamp: minutesAgo(5), ...(object as { metadata?: object }).metadata },
    ...Object.fromEntries(Object.entries(object).filter(([key]) => key !== 'metadata')),
  } as AnyObject;
  return Object.fromEntries(row.columns.map((column) => [column.name, column.cell(full, NOW_MS)]));
}

/** `Name Ready | Wide…`, the notation of a table. */
function layout(kind: string): string {
  const { columns } = resources.find(({ type }) => type.kind === kind)!;
  const names = (priority: number): string =>
    columns
      .filter((column) => (column.priority ?? 0) === priority)
      .map((column) => column.name)
      .join(', ');
  return names(1) === '' ? names(0) : `${names(0)} | ${names(1)}`;
}

describe('columns', () => {
  it.each([
    ['Pod', 'Name, Ready, Status, Restarts, Age | IP, Node, Nominated Node, Readiness Gates'],
    ['Deployment', 'Name, Ready, Up-to-date, Available, Age | Containers, Images, Selector'],
    ['ReplicaSet', 'Name, Desired, Current, Ready, Age | Containers, Images, Selector'],
    ['StatefulSet', 'Name, Ready, Age | Containers, Images'],
    ['DaemonSet', 'Name, Desired, Current, Ready, Up-to-date, Available, Node Selector, Age | Containers, Images, Selector'],
    ['Job', 'Name, Status, Completions, Duration, Age | Containers, Images, Selector'],
    ['CronJob', 'Name, Schedule, Timezone, Suspend, Active, Last Schedule, Age | Containers, Images, Selector'],
    ['Service', 'Name, Type, Cluster-IP, External-IP, Port(s), Age | Selector'],
    ['Ingress', 'Name, Class, Hosts, Address, Ports, Age'],
    ['IngressClass', 'Name, Controller, Parameters, Age'],
    ['Endpoints', 'Name, Endpoints, Age'],
    ['EndpointSlice', 'Name, AddressType, Ports, Endpoints, Age'],
    ['ConfigMap', 'Name, Data, Age'],
    ['Secret', 'Name, Type, Data, Age'],
    ['ServiceAccount', 'Name, Secrets, Age'],
    ['Namespace', 'Name, Status, Age'],
    ['Node', 'Name, Status, Roles, Age, Version | Internal-IP, External-IP, OS-Image, Kernel-Version, Container-Runtime'],
    ['Event', 'Last Seen, Type, Reason, Object, Message | Subobject, Source, First Seen, Count, Name'],
    ['Role', 'Name, Created At'],
    ['ClusterRole', 'Name, Created At'],
    ['CustomResourceDefinition', 'Name, Created At'],
    ['RoleBinding', 'Name, Role, Age | Users, Groups, ServiceAccounts'],
    ['ClusterRoleBinding', 'Name, Role, Age | Users, Groups, ServiceAccounts'],
    ['NetworkPolicy', 'Name, Pod-Selector, Age'],
    ['PodDisruptionBudget', 'Name, Min Available, Max Unavailable, Allowed Disruptions, Age'],
    ['HorizontalPodAutoscaler', 'Name, Reference, Targets, MinPods, MaxPods, Replicas, Age'],
    ['Lease', 'Name, Holder, Age'],
    ['ControllerRevision', 'Name, Controller, Revision, Age'],
    ['ValidatingWebhookConfiguration', 'Name, Webhooks, Age'],
    ['MutatingWebhookConfiguration', 'Name, Webhooks, Age'],
    ['PersistentVolumeClaim', 'Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age | VolumeMode'],
    [
      'PersistentVolume',
      'Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age | VolumeMode',
    ],
    ['StorageClass', 'Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age'],
    ['PriorityClass', 'Name, Value, Global-Default, Age, PreemptionPolicy'],
    ['ResourceQuota', 'Name, Request, Limit, Age'],
    ['LimitRange', 'Name, Created At'],
  ])('of a %s are %s', (kind, expected) => {
    expect(layout(kind)).toBe(expected);
  });
});

describe('cells of a Pod', () => {
  const containers = [{ name: 'a' }, { name: 'b' }];
  const running = { ready: true, restartCount: 0, name: 'a', state: { running: {} } };
  const pod = (status: object, spec: object = {}, metadata: object = {}): Record<string, unknown> =>
    cells('Pod', { metadata, spec: { containers, ...spec }, status });

  it.each<[string, object, object, object, Record<string, unknown>]>([
    [
      'runs',
      { phase: 'Running', containerStatuses: [running, { ...running, name: 'b' }] },
      {},
      {},
      { Ready: '2/2', Status: 'Running', Restarts: '0', Age: '5m' },
    ],
    [
      'waits',
      {
        phase: 'Pending',
        containerStatuses: [running, { name: 'b', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } }],
      },
      {},
      {},
      { Ready: '1/2', Status: 'ImagePullBackOff' },
    ],
    ['was evicted', { phase: 'Failed', reason: 'Evicted' }, {}, {}, { Ready: '0/2', Status: 'Evicted' }],
    [
      'exited',
      { phase: 'Failed', containerStatuses: [{ name: 'a', ready: false, restartCount: 0, state: { terminated: { exitCode: 3 } } }] },
      {},
      {},
      { Status: 'ExitCode:3' },
    ],
    [
      'was killed',
      {
        phase: 'Failed',
        containerStatuses: [{ name: 'a', ready: false, restartCount: 0, state: { terminated: { exitCode: 137, signal: 9 } } }],
      },
      {},
      {},
      { Status: 'Signal:9' },
    ],
    [
      'restarted',
      {
        phase: 'Running',
        containerStatuses: [{ ...running, restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: minutesAgo(5) } } }],
      },
      {},
      {},
      { Restarts: '3 (5m ago)' },
    ],
    [
      'half completed',
      {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [
          { name: 'a', ready: false, restartCount: 0, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
          { ...running, name: 'b' },
        ],
      },
      {},
      {},
      { Status: 'NotReady' },
    ],
    [
      'is gated',
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
      {},
      {},
      { Status: 'SchedulingGated' },
    ],
    [
      'is being deleted',
      { phase: 'Running', containerStatuses: [running] },
      {},
      { deletionTimestamp: minutesAgo(0) },
      { Status: 'Terminating' },
    ],
    ['succeeded and is being deleted', { phase: 'Succeeded' }, {}, { deletionTimestamp: minutesAgo(0) }, { Status: 'Succeeded' }],
    ['was on a lost node', { phase: 'Running', reason: 'NodeLost' }, {}, { deletionTimestamp: minutesAgo(0) }, { Status: 'Unknown' }],
    [
      'initializes',
      {
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } },
          { name: 'j', ready: false, restartCount: 2, state: { waiting: { reason: 'PodInitializing' } } },
        ],
      },
      { initContainers: [{ name: 'i' }, { name: 'j' }] },
      {},
      { Status: 'Init:1/2', Restarts: '2' },
    ],
    [
      'fails to initialize',
      { phase: 'Pending', initContainerStatuses: [{ name: 'i', ready: false, restartCount: 0, state: { terminated: { exitCode: 4 } } }] },
      { initContainers: [{ name: 'i' }] },
      {},
      { Status: 'Init:ExitCode:4' },
    ],
    [
      'has a sidecar',
      {
        phase: 'Running',
        initContainerStatuses: [{ ...running, name: 's', started: true, restartCount: 1 }],
        containerStatuses: [running, { ...running, name: 'b' }],
        conditions: [{ type: 'Initialized', status: 'True' }],
      },
      { initContainers: [{ name: 's', restartPolicy: 'Always' }] },
      {},
      { Ready: '3/3', Restarts: '1' },
    ],
  ])('that %s', (_, status, spec, metadata, expected) => {
    expect(pod(status, spec, metadata)).toMatchObject(expected);
  });

  it('print <none> for what is missing', () => {
    expect(pod({})).toMatchObject({ IP: '<none>', Node: '<none>', 'Nominated Node': '<none>', 'Readiness Gates': '<none>' });
    expect(
      pod(
        { podIPs: [{ ip: '10.0.0.1' }], conditions: [{ type: 'g', status: 'True' }] },
        { nodeName: 'n', readinessGates: [{ conditionType: 'g' }, { conditionType: 'h' }] },
      ),
    ).toMatchObject({ IP: '10.0.0.1', Node: 'n', 'Readiness Gates': '1/2' });
  });
});

describe('cells', () => {
  const template = {
    spec: {
      containers: [
        { name: 'a', image: 'i:1' },
        { name: 'b', image: 'j:2' },
      ],
    },
  };

  it.each<[string, object, Record<string, unknown>]>([
    [
      'Deployment',
      { spec: { replicas: 3, selector: { matchLabels: { b: '2', a: '1' } }, template }, status: { readyReplicas: 1, updatedReplicas: 2 } },
      { Ready: '1/3', 'Up-to-date': 2, Available: 0, Age: '5m', Containers: 'a,b', Images: 'i:1,j:2', Selector: 'a=1,b=2' },
    ],
    [
      'Deployment',
      { metadata: { creationTimestamp: undefined }, spec: { selector: {}, template } },
      { Ready: '0/1', Age: '<unknown>', Selector: '<none>' },
    ],
    [
      'Service',
      { spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ports: [{ port: 80, protocol: 'TCP' }] } },
      { 'Cluster-IP': '10.96.0.1', 'External-IP': '<none>', 'Port(s)': '80/TCP', Selector: '<none>' },
    ],
    [
      'Service',
      {
        spec: {
          type: 'LoadBalancer',
          ports: [
            { port: 80, nodePort: 31_560, protocol: 'TCP' },
            { port: 443, protocol: 'TCP' },
          ],
        },
      },
      { 'Cluster-IP': '<none>', 'External-IP': '<pending>', 'Port(s)': '80:31560/TCP,443/TCP' },
    ],
    [
      'Service',
      {
        spec: { type: 'LoadBalancer', externalIPs: ['9.9.9.9'] },
        status: { loadBalancer: { ingress: [{ ip: '2.2.2.2' }, { hostname: 'a.b' }, { ip: '2.2.2.2' }] } },
      },
      { 'External-IP': '2.2.2.2,a.b,9.9.9.9', 'Port(s)': '<none>' },
    ],
    [
      'Service',
      { spec: { type: 'ExternalName', externalName: 'a.example.com' } },
      { 'Cluster-IP': '<none>', 'External-IP': 'a.example.com' },
    ],
    [
      'Service',
      { spec: { type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'], selector: { a: 'b' } } },
      { 'Cluster-IP': 'None', Selector: 'a=b' },
    ],
    [
      'Ingress',
      {
        spec: { rules: ['a', 'b', 'c', 'd'].map((host) => ({ host })), tls: [{}], ingressClassName: 'nginx' },
        status: { loadBalancer: { ingress: [{ ip: '2.2.2.2' }, { hostname: 'localhost' }] } },
      },
      { Class: 'nginx', Hosts: 'a,b,c + 1 more...', Address: '2.2.2.2,localhost', Ports: '80, 443' },
    ],
    ['Ingress', { spec: { rules: [{}] } }, { Class: '<none>', Hosts: '*', Address: '', Ports: '80' }],
    ['IngressClass', { spec: { controller: 'k8s.io/ingress-nginx' } }, { Controller: 'k8s.io/ingress-nginx', Parameters: '<none>' }],
    [
      'Endpoints',
      { subsets: [{ addresses: ['1', '2', '3', '4'].map((n) => ({ ip: `10.0.0.${n}` })), ports: [{ port: 80 }] }] },
      { Endpoints: '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...' },
    ],
    ['Endpoints', {}, { Endpoints: '<none>' }],
    [
      'EndpointSlice',
      { addressType: 'IPv4', ports: [{ port: 80 }, { name: 'x' }, {}], endpoints: [{ addresses: ['10.0.0.1'] }] },
      { Ports: '80,x,*', Endpoints: '10.0.0.1' },
    ],
    ['EndpointSlice', { addressType: 'IPv4' }, { Ports: '<unset>', Endpoints: '<unset>' }],
    [
      'Job',
      { spec: { completions: 3, template }, status: { succeeded: 1, startTime: minutesAgo(4) } },
      { Status: 'Running', Completions: '1/3', Duration: '4m' },
    ],
    [
      'Job',
      {
        spec: { parallelism: 2, template },
        status: {
          conditions: [{ type: 'Complete', status: 'True' }],
          succeeded: 1,
          startTime: minutesAgo(4),
          completionTime: minutesAgo(3),
        },
      },
      { Status: 'Complete', Completions: '1/1 of 2', Duration: '60s' },
    ],
    [
      'Job',
      { spec: { template }, status: { conditions: [{ type: 'Suspended', status: 'True' }] } },
      { Status: 'Suspended', Completions: '0/1', Duration: '' },
    ],
    [
      'CronJob',
      { spec: { schedule: '@daily', suspend: true, jobTemplate: { spec: { template } } }, status: { active: [{}] } },
      { Schedule: '@daily', Timezone: '<none>', Suspend: 'True', Active: 1, 'Last Schedule': '<none>', Images: 'i:1,j:2' },
    ],
    [
      'Node',
      {
        metadata: { labels: { 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'worker' } },
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          nodeInfo: { kubeletVersion: 'v1.34.0' },
          addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        },
      },
      {
        Status: 'Ready,SchedulingDisabled',
        Roles: 'control-plane,worker',
        Version: 'v1.34.0',
        'Internal-IP': '10.0.0.1',
        'External-IP': '<none>',
      },
    ],
    ['Node', {}, { Status: 'Unknown', Roles: '<none>', 'OS-Image': '<unknown>' }],
    [
      'Event',
      {
        involvedObject: { kind: 'ReplicaSet', name: 'web' },
        lastTimestamp: minutesAgo(1),
        firstTimestamp: minutesAgo(9),
        type: 'Normal',
        reason: 'R',
        message: 'm\n',
        source: { component: 'c', host: 'h' },
      },
      { 'Last Seen': '60s', Object: 'replicaset/web', Source: 'c, h', Count: 1, 'First Seen': '9m', Message: 'm' },
    ],
    ['ConfigMap', { data: { a: '1' }, binaryData: { b: '' } }, { Data: 2 }],
    [
      'RoleBinding',
      {
        roleRef: { kind: 'Role', name: 'r' },
        subjects: [
          { kind: 'User', name: 'u' },
          { kind: 'ServiceAccount', name: 's', namespace: 'n' },
          { kind: 'ServiceAccount', name: 't', namespace: 'n' },
        ],
      },
      { Role: 'Role/r', Users: 'u', Groups: '', ServiceAccounts: 'n/s, n/t' },
    ],
    [
      'PodDisruptionBudget',
      { spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 1 } },
      { 'Min Available': '50%', 'Max Unavailable': 'N/A', 'Allowed Disruptions': 1 },
    ],
    [
      'HorizontalPodAutoscaler',
      {
        spec: {
          minReplicas: 1,
          maxReplicas: 3,
          scaleTargetRef: { kind: 'Deployment', name: 'd' },
          metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
        },
      },
      { Reference: 'Deployment/d', Targets: 'cpu: <unknown>/80%', MinPods: '1', MaxPods: 3, Replicas: 0 },
    ],
    [
      'ControllerRevision',
      {
        metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'ds', controller: true, uid: 'u' }] },
        revision: 2,
      },
      { Controller: 'daemonset.apps/ds', Revision: 2 },
    ],
    [
      'PersistentVolumeClaim',
      {
        spec: { volumeName: 'v', volumeMode: 'Filesystem' },
        status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] },
      },
      { Status: 'Bound', Capacity: '1Gi', 'Access Modes': 'RWO,ROX', VolumeAttributesClass: '<unset>' },
    ],
    [
      'StorageClass',
      { metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }, provisioner: 'p' },
      { Name: 'x (default)', ReclaimPolicy: 'Delete', VolumeBindingMode: 'Immediate', AllowVolumeExpansion: false },
    ],
    [
      'ResourceQuota',
      { status: { hard: { pods: '4', 'limits.cpu': '2' }, used: { pods: '1' } } },
      { Request: 'pods: 1/4', Limit: 'limits.cpu: 0/2' },
    ],
    ['ClusterRole', {}, { 'Created At': '2026-01-01T00:55:00Z' }],
    ['NetworkPolicy', { spec: { podSelector: {} } }, { 'Pod-Selector': '<none>' }],
    ['StatefulSet', { spec: { replicas: 2, template }, status: { readyReplicas: 1 } }, { Ready: '1/2', Images: 'i:1,j:2' }],
    [
      'DaemonSet',
      { spec: { template: { spec: { ...template.spec, nodeSelector: { a: 'b' } } } }, status: { desiredNumberScheduled: 2 } },
      { Desired: 2, 'Node Selector': 'a=b' },
    ],
  ])('of a %s show what it holds %#', (kind, object, expected) => {
    expect(cells(kind, object)).toMatchObject(expected);
  });
});
