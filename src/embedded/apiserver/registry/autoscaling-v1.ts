import type { HorizontalPodAutoscaler, V2HorizontalPodAutoscaler, V2MetricSpec } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import type { ResourceType } from '../../../kube/resource-type.ts';
import { horizontalPodAutoscaler } from './autoscaling.ts';
import type { Resource } from './resource.ts';

const hpasV1: ResourceType<HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v1',
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
};
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';

const cpuTarget = (metric: V2MetricSpec): number | undefined =>
  metric.type === 'Resource' && metric.resource?.name === 'cpu' ? metric.resource.target.averageUtilization : undefined;

/** The older form shows one CPU target; every other metric stands in an annotation. k8s.io/kubernetes/pkg/apis/autoscaling/v1 conversion. */
function fromStored(stored: V2HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const { metrics = [], behavior: _, ...spec } = stored.spec;
  const { currentMetrics: __, conditions: ___, currentReplicas = 0, desiredReplicas = 0, ...status } = stored.status ?? {};
  const targetCPUUtilizationPercentage = metrics.map(cpuTarget).find((target) => target !== undefined);
  const others = metrics.filter((metric) => cpuTarget(metric) === undefined);
  const annotations = { ...stored.metadata.annotations, ...(others.length > 0 ? { [METRICS]: JSON.stringify(others) } : {}) };
  return {
    ...stored,
    apiVersion: 'autoscaling/v1',
    metadata: { ...stored.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...spec, ...(targetCPUUtilizationPercentage === undefined ? {} : { targetCPUUtilizationPercentage }) },
    status: { ...status, currentReplicas, desiredReplicas },
  };
}

function toStored(shown: HorizontalPodAutoscaler): V2HorizontalPodAutoscaler {
  const { targetCPUUtilizationPercentage, ...spec } = shown.spec ?? ({} as HorizontalPodAutoscaler['spec'] & object);
  const { currentCPUUtilizationPercentage: _, ...status } = shown.status ?? ({} as HorizontalPodAutoscaler['status'] & object);
  const { [METRICS]: others, ...annotations } = shown.metadata.annotations ?? {};
  const metrics: V2MetricSpec[] = [
    ...(targetCPUUtilizationPercentage === undefined
      ? []
      : [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: targetCPUUtilizationPercentage } },
          },
        ]),
    ...(others === undefined ? [] : (JSON.parse(others) as V2MetricSpec[])),
  ];
  const { annotations: __, ...metadata } = shown.metadata;
  return {
    ...shown,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...spec, ...(metrics.length > 0 ? { metrics } : {}) },
    status,
  };
}

export const horizontalPodAutoscalerV1: Resource<HorizontalPodAutoscaler> = {
  ...(horizontalPodAutoscaler as unknown as Resource<HorizontalPodAutoscaler>),
  type: hpasV1,
  schemaName: 'HorizontalPodAutoscaler',
  stored: {
    to: (object) => toStored(object as unknown as HorizontalPodAutoscaler) as unknown as AnyObject,
    from: (object) => fromStored(object as unknown as V2HorizontalPodAutoscaler) as unknown as AnyObject,
  },
  columns: horizontalPodAutoscaler.columns.map((column) => ({
    ...column,
    cell: (object: HorizontalPodAutoscaler, nowMs: number) => column.cell(toStored(object), nowMs),
  })),
  default(object) {
    const spec = (object.spec ??= {} as NonNullable<HorizontalPodAutoscaler['spec']>);
    spec.minReplicas ??= 1;
    spec.scaleTargetRef ??= { kind: '', name: '' };
    if (spec.targetCPUUtilizationPercentage === undefined && object.metadata.annotations?.[METRICS] === undefined)
      spec.targetCPUUtilizationPercentage = 80;
    object.status = {
      ...object.status,
      currentReplicas: object.status?.currentReplicas ?? 0,
      desiredReplicas: object.status?.desiredReplicas ?? 0,
    };
  },
  validate: (object) => horizontalPodAutoscaler.validate!(toStored(object)),
};
