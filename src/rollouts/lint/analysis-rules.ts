import type { AnalysisTemplate, Metric } from '../analysis/analysis-run.ts';
import { evaluateCondition } from '../expression/condition.ts';
import type { Finding } from './finding.ts';

/** What Prometheus gives when nothing was measured: no series, or a division of nothing by nothing. */
const NOTHING: readonly [string, unknown][] = [
  ['an empty answer', []],
  ['NaN', [Number.NaN]],
];

/** A metric that calls silence success lets every version through. */
export function lintAnalysis(template: AnalysisTemplate, object: string): Finding[] {
  return (template.spec?.metrics ?? []).flatMap((metric, index): Finding[] => {
    const passes = NOTHING.find(([, result]) => passesOn(metric, result));
    if (passes === undefined) return [];
    const reason = !metric.successCondition && !metric.failureCondition ? 'it has no condition' : `its condition holds for ${passes[0]}`;
    return [
      {
        rule: 'passes-without-data',
        severity: 'warning',
        object,
        path: `spec.metrics[${index}]`,
        message: `metric "${metric.name}" passes when nothing was measured: ${reason}`,
        next: 'Ask for data first, such as "len(result) > 0 && !isNaN(result[0]) && …", and count requests in a metric of its own.',
      },
    ];
  });
}

function passesOn(metric: Metric, result: unknown): boolean {
  if (metric.provider?.prometheus === undefined) return false;
  const holds = (condition: string | undefined): boolean | undefined => {
    if (!condition) return undefined;
    try {
      return evaluateCondition(condition, result);
    } catch {
      return undefined;
    }
  };
  const { successCondition, failureCondition } = metric;
  if (!successCondition && !failureCondition) return true;
  if (successCondition) return holds(successCondition) === true && holds(failureCondition) !== true;
  return holds(failureCondition) === false;
}
