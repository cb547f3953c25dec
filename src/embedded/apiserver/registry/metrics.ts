import { rfc3339 } from '../../../base/clock.ts';
import type { Pod } from '../../../kube/generated/types.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { type NodeMetrics, nodeMetrics, type PodMetrics, podMetrics, type Usage } from '../../../kube/pod-metrics.ts';
import { nodes, pods } from '../../../kube/resource-type.ts';
import { decodeStructural } from '../crd/structural-decode.ts';
import type { StructuralSchema } from '../crd/structural-schema.ts';
import type { PodUsage } from '../node-agent.ts';
import { column, nameColumn } from './columns/column.ts';
import type { ComputedFrom, Resource } from './resource.ts';

/** What a node uses for itself. */
const NODE_AT_REST = { cpuMillicores: 80, memoryBytes: 600 * 1024 ** 2 };
const USUAL_WINDOW_MS = 15_000;

/** In the units of metrics-server. */
function usage(cpuMillicores: number, memoryBytes: number): Usage {
  return { cpu: `${Math.round(cpuMillicores * 1e6)}n`, memory: `${Math.ceil(memoryBytes / 1024)}Ki` };
}

function measured(from: ComputedFrom, namespace: string | undefined): { pod: Pod; used: PodUsage }[] {
  return from.list<Pod>(pods, namespace).flatMap((pod) => {
    const used = pod.status?.phase === 'Running' ? from.usage(pod) : undefined;
    return used === undefined ? [] : [{ pod, used }];
  });
}

/** What every answer of the metrics API has instead of a life of its own. */
function shown(from: ComputedFrom, { metadata }: KubeObject, when: { atMs: number; windowMs: number }) {
  return {
    metadata: {
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      creationTimestamp: rfc3339(from.nowMs),
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      // Nothing is stored, so that there is nothing to tell apart by these.
    } as KubeObject['metadata'],
    timestamp: rfc3339(when.atMs),
    window: `${when.windowMs / 1000}s`,
  };
}

const AMOUNTS: StructuralSchema = { type: 'object', additionalProperties: { type: 'string' } };
const WHEN: Record<string, StructuralSchema> = { timestamp: { type: 'string', format: 'date-time' }, window: { type: 'string' } };
const POD_SCHEMA: StructuralSchema = {
  type: 'object',
  properties: {
    ...WHEN,
    containers: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' }, usage: AMOUNTS } } },
  },
};
const NODE_SCHEMA: StructuralSchema = { type: 'object', properties: { ...WHEN, usage: AMOUNTS } };

/** Pods as metrics-server measures them: nothing is stored, the kubelets are asked. */
export const podMetricsResource: Resource<PodMetrics> = {
  type: podMetrics,
  singular: '',
  shortNames: [],
  categories: [],
  verbs: ['get', 'list'],
  hasStatus: false,
  hasGeneration: false,
  openApiSchema: POD_SCHEMA as Readonly<Record<string, unknown>>,
  decode: (value) => decodeStructural(POD_SCHEMA, value),
  columns: [
    nameColumn(),
    column('cpu', ({ containers }) => totalOf(containers, 'cpu', 'n')),
    column('memory', ({ containers }) => totalOf(containers, 'memory', 'Ki')),
    column('Window', ({ window }) => window),
  ],
  computed: (from, namespace) =>
    measured(from, namespace).map(({ pod, used }) => ({
      kind: 'PodMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      ...shown(from, pod, used),
      containers: used.containers.map(({ name, cpuMillicores, memoryBytes }) => ({ name, usage: usage(cpuMillicores, memoryBytes) })),
    })),
};

/** Nodes as the sum of their Pods, and what a node uses for itself. A node that does not report is left out. */
export const nodeMetricsResource: Resource<NodeMetrics> = {
  type: nodeMetrics,
  singular: '',
  shortNames: [],
  categories: [],
  verbs: ['get', 'list'],
  hasStatus: false,
  hasGeneration: false,
  openApiSchema: NODE_SCHEMA as Readonly<Record<string, unknown>>,
  decode: (value) => decodeStructural(NODE_SCHEMA, value),
  columns: [
    nameColumn(),
    column('cpu', ({ usage: { cpu = '' } }) => cpu),
    column('memory', ({ usage: { memory = '' } }) => memory),
    column('Window', ({ window }) => window),
  ],
  computed(from) {
    const all = measured(from, undefined);
    const latest = { atMs: Math.floor(from.nowMs / USUAL_WINDOW_MS) * USUAL_WINDOW_MS, windowMs: USUAL_WINDOW_MS };
    return from.list(nodes, undefined).flatMap((node) => {
      if (node.status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True') return [];
      const containers = all.filter(({ pod }) => pod.spec.nodeName === node.metadata.name).flatMap(({ used }) => used.containers);
      const sum = (name: 'cpuMillicores' | 'memoryBytes'): number =>
        containers.reduce((total, container) => total + container[name], NODE_AT_REST[name]);
      return [
        {
          kind: 'NodeMetrics',
          apiVersion: 'metrics.k8s.io/v1beta1',
          ...shown(from, node, latest),
          usage: usage(sum('cpuMillicores'), sum('memoryBytes')),
        },
      ];
    });
  },
};

function totalOf(containers: PodMetrics['containers'], name: string, unit: string): string {
  return `${containers.reduce((sum, container) => sum + Number.parseInt(container.usage[name] ?? '0', 10), 0)}${unit}`;
}
