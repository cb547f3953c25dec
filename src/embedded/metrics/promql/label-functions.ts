import { ownValue } from '../../../base/own-value.ts';
import { type AnchoredPattern, anchoredPattern, type PatternMatch } from '../anchored-pattern.ts';
import { type Labels, withoutLabels } from '../labels.ts';
import { executionError } from '../query-error.ts';
import type { VectorSample } from './value.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** `label_replace(v, dst, replacement, src, regex)`. `compile` may know the pattern from the instant before. */
export function labelReplace(
  samples: readonly VectorSample[],
  [destination, replacement, source, pattern]: readonly string[],
  compile: (source: string) => AnchoredPattern = anchoredPattern,
): VectorSample[] {
  let regex: AnchoredPattern;
  try {
    regex = compile(pattern!);
  } catch {
    throw executionError(`invalid regular expression in label_replace(): ${pattern}`);
  }
  if (!LABEL_NAME.test(destination!)) throw executionError(`invalid destination label name in label_replace(): ${destination}`);
  return samples.map(({ labels, value }) => {
    const match = regex.match(ownValue(labels, source!) ?? '');
    return { labels: match === undefined ? labels : withLabel(labels, destination!, expandTemplate(replacement!, match)), value };
  });
}

/** `label_join(v, dst, separator, src…)`. */
export function labelJoin(samples: readonly VectorSample[], [destination, separator, ...sources]: readonly string[]): VectorSample[] {
  const invalid = sources.find((name) => !LABEL_NAME.test(name));
  if (invalid !== undefined) throw executionError(`invalid source label name in label_join(): ${invalid}`);
  if (!LABEL_NAME.test(destination!)) throw executionError(`invalid destination label name in label_join(): ${destination}`);
  return samples.map(({ labels, value }) => ({
    labels: withLabel(labels, destination!, sources.map((name) => ownValue(labels, name) ?? '').join(separator)),
    value,
  }));
}

export function withLabel(labels: Labels, name: string, value: string): Labels {
  return value === '' ? withoutLabels(labels, [name]) : { ...labels, [name]: value };
}

/** Go's `Regexp.Expand`: `$1`, `${1}`, `$name`, `$$`; an unknown reference is empty. */
export function expandTemplate(template: string, match: PatternMatch): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare!;
    return (/^\d+$/.test(name) ? match.groups[Number(name)] : match.named(name)) ?? '';
  });
}
