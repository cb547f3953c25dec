import { durationSeconds } from '../pause-duration.ts';
import type { AnalysisRunSpec, AnalysisTemplate, Metric } from './analysis-run.ts';
import { countOf, limitOf } from './metric-verdict.ts';

/** The first thing that is wrong with a run's metrics: `metrics[i]: …`; `undefined` when nothing is. */
export function metricsProblem(metrics: readonly Metric[]): string | undefined {
  if (metrics.length === 0) return 'no metrics specified';
  const names = new Set<string>();
  for (const [index, metric] of metrics.entries()) {
    const problem = names.has(metric.name) ? `duplicate name '${metric.name}` : metricProblem(metric);
    if (problem !== undefined) return `metrics[${index}]: ${problem}`;
    names.add(metric.name);
  }
  return undefined;
}

function metricProblem(metric: Metric): string | undefined {
  const count = limitOf(metric.count, 0);
  const failureLimit = limitOf(metric.failureLimit, 0);
  const successLimit = limitOf(metric.consecutiveSuccessLimit, 0);
  if (count > 1 && !metric.interval) return 'interval must be specified when count > 1';
  if (metric.interval !== undefined && durationSeconds(metric.interval) < 0)
    return `invalid interval string: time: invalid duration "${metric.interval}"`;
  if (metric.initialDelay !== undefined && durationSeconds(metric.initialDelay) < 0)
    return `invalid startDelay string: time: invalid duration "${metric.initialDelay}"`;
  if (failureLimit < -1) return 'failureLimit must be >= 0, or -1 to be disabled';
  if (failureLimit === -1 && successLimit === 0) return 'failureLimit and consecutiveSuccessLimit cannot both be disabled';
  if (count > 0 && failureLimit >= 0 && count < failureLimit + successLimit)
    return `count (${count}) must be >= failureLimit + consecutiveSuccessLimit (${failureLimit} + ${successLimit}) if both >= 0`;
  if (count > 0 && count < limitOf(metric.inconclusiveLimit, 0)) return 'count must be >= inconclusiveLimit';
  if (limitOf(metric.consecutiveErrorLimit, 0) < 0) return 'consecutiveErrorLimit must be >= 0';
  const providers = Object.keys(metric.provider ?? {});
  if (providers.length === 0) return 'no provider specified';
  if (providers.length > 1) return 'multiple providers specified';
  const provider = providers[0]!;
  return ['prometheus', 'web', 'job'].includes(provider) ? undefined : `provider "${provider}" is not modelled`;
}

/** Whether a metric never ends by itself. */
export function runsForEver(metric: Metric): boolean {
  return countOf(metric) === 0;
}

/**
 * One spec out of the referenced templates and those they name, each once. `find` gives a template or `undefined`. Throws
 * when a metric name occurs twice or a template is missing.
 */
export function mergedSpec(
  references: readonly { templateName: string; clusterScope?: boolean | undefined }[],
  find: (name: string, clusterScope: boolean) => AnalysisTemplate | undefined,
): AnalysisRunSpec {
  const spec: Required<Pick<AnalysisRunSpec, 'metrics' | 'args' | 'dryRun' | 'measurementRetention'>> = {
    metrics: [],
    args: [],
    dryRun: [],
    measurementRetention: [],
  };
  const seen = new Set<string>();
  const visit = (references_: typeof references): void => {
    for (const { templateName, clusterScope = false } of references_) {
      const id = `${clusterScope} ${templateName}`;
      if (seen.has(id)) continue;
      seen.add(id);
      const template = find(templateName, clusterScope);
      if (template === undefined)
        throw new Error(`${clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate'} '${templateName}' not found`);
      for (const metric of template.spec.metrics ?? []) {
        if (spec.metrics.some(({ name }) => name === metric.name)) throw new Error(`two metrics have the same name '${metric.name}'`);
        spec.metrics.push(metric);
      }
      for (const arg of template.spec.args ?? []) if (!spec.args.some(({ name }) => name === arg.name)) spec.args.push(arg);
      spec.dryRun.push(...(template.spec.dryRun ?? []));
      spec.measurementRetention.push(...(template.spec.measurementRetention ?? []));
      visit(template.spec.templates ?? []);
    }
  };
  visit(references);
  return spec;
}
