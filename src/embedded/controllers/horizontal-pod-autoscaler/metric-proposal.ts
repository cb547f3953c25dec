import { ownValue } from '../../../base/own-value.ts';
import type { Pod, V2MetricSpec, V2MetricStatus } from '../../../kube/generated/types.ts';
import type { PodMetrics } from '../../../kube/pod-metrics.ts';
import { canonicalQuantity, parseQuantity } from '../../../kube/quantity.ts';
import type { Measurement } from './pod-groups.ts';
import { NoProposal, type Proposal, replicasForAverage, replicasForUtilization } from './resource-replicas.ts';

/** The target as it is now. */
export interface TargetState {
  currentReplicas: number;
  pods: readonly Pod[];
  metrics: readonly PodMetrics[];
  nowMs: number;
}

/** What one metric of an autoscaler comes to. */
export type MetricOutcome =
  | { replicas: number; name: string; status: V2MetricStatus }
  /** `error` is the condition's and the event's; `full` names the metric, too. */
  | { reason: string; error: string; full: string };

/** One metric's proposal, or why it has none (podautoscaler computeReplicasForMetric). */
export function proposeByMetric(metric: V2MetricSpec, state: TargetState): MetricOutcome {
  const source = metric.resource ?? metric.containerResource;
  if ((metric.type !== 'Resource' && metric.type !== 'ContainerResource') || source === undefined) return notServed(metric);
  const { name, target } = source;
  const container = metric.containerResource?.container;
  const isContainer = metric.type === 'ContainerResource';
  const kind = isContainer ? 'container resource' : 'resource';
  const refuse = (error: string): MetricOutcome => ({
    reason: isContainer ? 'FailedGetContainerResourceMetric' : 'FailedGetResourceMetric',
    error,
    full: `failed to get ${name} ${isContainer ? 'container' : 'resource'} metric value: ${error}`,
  });
  const question = { resource: name, container, measured: measurements(state.metrics, name, container), ...state };
  const answer = (proposal: Proposal, byShare: boolean): MetricOutcome => {
    const current = {
      ...(proposal.utilization === undefined ? {} : { averageUtilization: proposal.utilization }),
      averageValue: canonicalQuantity(`${proposal.averageMilli}m`)!,
    };
    return {
      replicas: proposal.replicas,
      name: `${name} ${kind}${byShare ? ' utilization (percentage of request)' : ''}`,
      status: isContainer
        ? { type: metric.type, containerResource: { name, container: container!, current } }
        : { type: metric.type, resource: { name, current } },
    };
  };
  const isAverage = target.averageValue !== undefined;
  try {
    if (target.averageValue !== undefined)
      return answer(replicasForAverage(question, Math.ceil((parseQuantity(target.averageValue) ?? 0) * 1000)), false);
    if (target.averageUtilization === undefined)
      return refuse('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set');
    return answer(replicasForUtilization(question, target.averageUtilization), true);
  } catch (error) {
    if (error instanceof NoProposal) return refuse(`failed to get ${name} ${isAverage ? 'usage' : 'utilization'}: ${error.message}`);
    throw error;
  }
}

/** What each Pod uses of a resource, by name; Pods that do not tell of it are left out. */
function measurements(metrics: readonly PodMetrics[], resource: string, container: string | undefined): Map<string, Measurement> {
  const found = new Map<string, Measurement>();
  for (const { metadata, timestamp, window, containers } of metrics) {
    const amounts = containers
      .filter(({ name }) => container === undefined || name === container)
      .map(({ usage }) => parseQuantity(ownValue(usage, resource) ?? ''));
    if (amounts.length === 0 || amounts.includes(undefined)) continue;
    const milli = amounts.reduce<number>((sum, amount) => sum + Math.ceil(amount! * 1000), 0);
    found.set(metadata.name, { milli, atMs: Date.parse(timestamp), windowMs: Number.parseFloat(window) * 1000 });
  }
  return found;
}

/** Metrics of other kinds come from APIs that are not served here. */
function notServed(metric: V2MetricSpec): MetricOutcome {
  const { metric: { name = '' } = {} } = (metric.external ?? metric.pods ?? metric.object ?? {}) as { metric?: { name?: string } };
  const api = metric.type === 'External' ? 'external' : 'custom';
  const which = metric.type === 'External' ? `external metric ${name}` : `metric ${name}`;
  const error = `unable to get ${which}: unable to fetch metrics from ${api} metrics API: the server could not find the requested resource`;
  const [reason, noun] =
    metric.type === 'External'
      ? ['FailedGetExternalMetric', 'external']
      : metric.type === 'Pods'
        ? ['FailedGetPodsMetric', 'pods']
        : ['FailedGetObjectMetric', 'object'];
  return { reason, error, full: `failed to get ${noun} metric value: ${error}` };
}
