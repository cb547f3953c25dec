import type { V2HorizontalPodAutoscalerCondition, V2HorizontalPodAutoscalerSpec, V2MetricStatus } from '../../../kube/generated/types.ts';
import { proposeByMetric, type TargetState } from './metric-proposal.ts';
import { type AutoscalerHistory, normalize } from './scaling-behavior.ts';

export type AutoscalerCondition = Pick<V2HorizontalPodAutoscalerCondition, 'type' | 'status' | 'reason' | 'message'>;

/** What one look at the scale of the target leads to. */
export interface AutoscalerDecision {
  desiredReplicas: number;
  conditions: AutoscalerCondition[];
  /** What the metrics show; absent where nobody looked at them. */
  currentMetrics?: V2MetricStatus[];
  /** Why the target is scaled, as the event tells it. */
  reason?: string;
  /** Warning events, in order. */
  warnings: { reason: string; message: string }[];
}

const condition = (type: string, isTrue: boolean, reason: string, message: string): AutoscalerCondition => ({
  type,
  status: isTrue ? 'True' : 'False',
  reason,
  message,
});

/**
 * Decides on the replicas of the target (podautoscaler reconcileAutoscaler): a target outside of the bounds is brought inside, one between
 * them follows the metric that asks for most, held back by windows and rates. `history` learns what was recommended.
 */
export function decideReplicas(spec: V2HorizontalPodAutoscalerSpec, state: TargetState, history: AutoscalerHistory): AutoscalerDecision {
  const { currentReplicas: current, nowMs } = state;
  const { minReplicas = 1, maxReplicas } = spec;
  const able = condition('AbleToScale', true, 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
  if (current === 0 && minReplicas !== 0) {
    const why = 'scaling is disabled since the replica count of the target is zero';
    return { desiredReplicas: 0, warnings: [], conditions: [able, condition('ScalingActive', false, 'ScalingDisabled', why)] };
  }
  if (history.recommendations.length === 0) history.recommendations.push({ replicas: current, atMs: nowMs });
  if (current > maxReplicas) return rescale(maxReplicas, 'Current number of replicas above Spec.MaxReplicas', []);
  if (current < minReplicas) return rescale(minReplicas, 'Current number of replicas below Spec.MinReplicas', []);

  const metrics = spec.metrics ?? [];
  const outcomes = metrics.map((metric) => proposeByMetric(metric, state));
  const failed = outcomes.filter((outcome) => 'error' in outcome);
  const proposals = outcomes.filter((outcome) => 'replicas' in outcome);
  const currentMetrics = proposals.map(({ status }) => status);
  const best = proposals.reduce((most, next) => (most === undefined || next.replicas > most.replicas ? next : most), proposals[0]);
  const warnings = failed.map(({ reason, error }) => ({ reason, message: error }));
  const [first] = failed;
  // With a metric missing, nothing says that fewer Pods would do.
  if (best === undefined || (first !== undefined && best.replicas < current)) {
    if (first === undefined) return { desiredReplicas: current, warnings, conditions: [able] };
    const message = `invalid metrics (${failed.length} invalid out of ${metrics.length}), first error is: ${first.full}`;
    return {
      desiredReplicas: current,
      conditions: [
        able,
        condition('ScalingActive', false, first.reason, `the HPA was unable to compute the replica count: ${first.error}`),
      ],
      warnings: [...warnings, { reason: 'FailedComputeMetricsReplicas', message }],
    };
  }
  const valid = condition(
    'ScalingActive',
    true,
    'ValidMetricFound',
    `the HPA was able to successfully calculate a replica count from ${best.name}`,
  );
  const { replicas, able: pace, limited, isLimited } = normalize(spec, current, best.replicas, history, nowMs);
  const conditions = [
    condition('AbleToScale', true, pace.reason, pace.message),
    valid,
    condition('ScalingLimited', isLimited, limited.reason, limited.message),
  ];
  if (replicas === current) return { desiredReplicas: current, conditions, currentMetrics, warnings };
  const reason = best.replicas > current ? `${best.name} above target` : 'All metrics below target';
  const scaled = rescale(replicas, reason, conditions.slice(1));
  return { ...scaled, currentMetrics, warnings };
}

function rescale(desiredReplicas: number, reason: string, others: AutoscalerCondition[]): AutoscalerDecision {
  const able = condition(
    'AbleToScale',
    true,
    'SucceededRescale',
    `the HPA controller was able to update the target scale to ${desiredReplicas}`,
  );
  return { desiredReplicas, reason, warnings: [], conditions: [able, ...others] };
}
