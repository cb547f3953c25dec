import { ownValue } from '../../base/own-value.ts';
import type { AnalysisArgument, Rollout } from '../rollout.ts';
import type { Metric } from './analysis-run.ts';

/** Reads a path such as `metadata.labels['x']` or `spec.template.spec.containers[0].image`; it must end at a primitive. */
export function fieldAt(object: unknown, path: string): string | undefined {
  let value: unknown = object;
  for (const [, quoted, index, name] of path.matchAll(/\['([^']*)'\]|\[(\d+)\]|\.?([^.[\]]+)/g)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = ownValue(value as Record<string, unknown>, quoted ?? index ?? name!);
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/**
 * The arguments of a run: what the templates declare, overridden by what the Rollout passes under the same names. Throws
 * `args.NAME was not resolved` when one is left without a value.
 */
export function resolvedArguments(
  declared: readonly AnalysisArgument[],
  passed: readonly AnalysisArgument[],
  rollout: Rollout,
): AnalysisArgument[] {
  return declared.map((argument) => {
    const chosen = passed.find(({ name }) => name === argument.name) ?? argument;
    const { name, value, valueFrom } = chosen;
    if (value !== undefined) return { name, value };
    if (valueFrom?.secretKeyRef !== undefined) return { name, valueFrom };
    const hash = valueFrom?.podTemplateHashValue;
    const found =
      hash === 'Latest'
        ? rollout.status?.currentPodHash
        : hash === 'Stable'
          ? rollout.status?.stableRS
          : valueFrom?.fieldRef === undefined
            ? undefined
            : fieldAt(rollout, valueFrom.fieldRef.fieldPath);
    if (found === undefined) throw new Error(`args.${name} was not resolved`);
    return { name, value: found };
  });
}

/** The metric with every `{{args.NAME}}` of its JSON text replaced. Throws for a name without a value. */
export function withArguments(metric: Metric, values: ReadonlyMap<string, string>): Metric {
  const text = JSON.stringify(metric).replace(/\{\{\s*(args\.[^}\s]+)\s*\}\}/g, (_, name: string) => {
    const value = values.get(name.slice('args.'.length));
    if (value === undefined) throw new Error(`failed to resolve {{${name}}}`);
    return JSON.stringify(value).slice(1, -1);
  });
  return JSON.parse(text) as Metric;
}
