import type { V2HorizontalPodAutoscalerCondition, V2HorizontalPodAutoscalerSpec, V2MetricSpec } from '../../../kube/generated/types.ts';

export type AutoscalerCondition = Pick<V2HorizontalPodAutoscalerCondition, 'type' | 'status' | 'reason' | 'message'>;

/** What one look at the scale of the target leads to. */
export interface AutoscalerDecision {
  desiredReplicas: number;
  conditions: AutoscalerCondition[];
  /** Why the target is scaled, as the event tells it. */
  reason?: string;
  /** Warning events, in order. */
  warnings: { reason: string; message: string }[];
}

const DEFAULT_REASON = "the HPA controller was able to get the target's current scale";

/** What each kind of metric lacks in a cluster without metrics APIs: the condition's reason and the error of the client. */
function missingMetric(metric: V2MetricSpec): { reason: string; error: string; first: string } {
  const resource = metric.resource ?? metric.containerResource;
  switch (metric.type) {
    case 'Resource':
    case 'ContainerResource': {
      const name = resource?.name ?? '';
      const fetch = `unable to get metrics for resource ${name}: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`;
      const error =
        resource?.target.averageUtilization === undefined && metric.type === 'Resource'
          ? fetch
          : `failed to get ${name} utilization: ${fetch}`;
      return {
        reason: metric.type === 'Resource' ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric',
        error,
        first: `failed to get ${name} ${metric.type === 'Resource' ? 'resource' : 'container'} metric value: ${error}`,
      };
    }
    case 'External': {
      const { metric: { name = '' } = {} } = (metric.external ?? {}) as { metric?: { name?: string } };
      const error = `unable to get external metric ${name}: unable to fetch metrics from external metrics API: the server could not find the requested resource`;
      return { reason: 'FailedGetExternalMetric', error, first: `failed to get external metric value: ${error}` };
    }
    default: {
      const { metric: { name = '' } = {} } = (metric.pods ?? metric.object ?? {}) as { metric?: { name?: string } };
      const error = `unable to get metric ${name}: unable to fetch metrics from custom metrics API: the server could not find the requested resource`;
      return metric.type === 'Pods'
        ? { reason: 'FailedGetPodsMetric', error, first: `failed to get pods metric value: ${error}` }
        : { reason: 'FailedGetObjectMetric', error, first: `failed to get object metric value: ${error}` };
    }
  }
}

/**
 * Decides on the replicas of the target (podautoscaler reconcileAutoscaler). Nothing here serves metrics, so that what is left are the bounds: a
 * target outside of them is brought inside, one between them keeps its size and the conditions say which metric is missing.
 */
export function decideReplicas(spec: V2HorizontalPodAutoscalerSpec, currentReplicas: number): AutoscalerDecision {
  const minReplicas = spec.minReplicas ?? 1;
  const able: AutoscalerCondition = { type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale', message: DEFAULT_REASON };
  if (currentReplicas === 0 && minReplicas !== 0) {
    return {
      desiredReplicas: 0,
      warnings: [],
      conditions: [
        able,
        {
          type: 'ScalingActive',
          status: 'False',
          reason: 'ScalingDisabled',
          message: 'scaling is disabled since the replica count of the target is zero',
        },
      ],
    };
  }
  const rescale = (desiredReplicas: number, reason: string): AutoscalerDecision => ({
    desiredReplicas,
    reason,
    warnings: [],
    conditions: [
      {
        type: 'AbleToScale',
        status: 'True',
        reason: 'SucceededRescale',
        message: `the HPA controller was able to update the target scale to ${desiredReplicas}`,
      },
    ],
  });
  if (currentReplicas > spec.maxReplicas) return rescale(spec.maxReplicas, 'Current number of replicas above Spec.MaxReplicas');
  if (currentReplicas < minReplicas) return rescale(minReplicas, 'Current number of replicas below Spec.MinReplicas');
  const metrics = spec.metrics ?? [];
  const missing = metrics.map(missingMetric);
  const [first] = missing;
  if (first === undefined) return { desiredReplicas: currentReplicas, warnings: [], conditions: [able] };
  return {
    desiredReplicas: currentReplicas,
    conditions: [
      able,
      {
        type: 'ScalingActive',
        status: 'False',
        reason: first.reason,
        message: `the HPA was unable to compute the replica count: ${first.error}`,
      },
    ],
    warnings: [
      ...missing.map(({ reason, error }) => ({ reason, message: error })),
      {
        reason: 'FailedComputeMetricsReplicas',
        message: `invalid metrics (${missing.length} invalid out of ${metrics.length}), first error is: ${first.first}`,
      },
    ],
  };
}
