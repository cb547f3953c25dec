import { compileLinear } from '../../../../base/linear-pattern.ts';

/**
 * Whether a rule of `dryRun` or `measurementRetention` is for a metric: RE2's patterns, found anywhere in the name; one that is none matches nothing.
 * Upstream: utils/analysis/helpers.go GetDryRunMetrics.
 */
export function matchesMetric(pattern: string, metricName: string): boolean {
  const compiled = compileLinear(pattern);
  return !('problem' in compiled) && compiled.test(metricName);
}
