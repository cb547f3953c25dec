import { ownValue, setOwnValue } from '../../base/own-value.ts';
import { type AnchoredPattern, anchoredPattern } from './anchored-pattern.ts';
import type { Labels } from './labels.ts';
import { expandTemplate, withLabel } from './promql/label-functions.ts';

export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;
export interface RelabelRule {
  action: (typeof RELABEL_ACTIONS)[number];
  sourceLabels: readonly string[];
  separator: string;
  regex: AnchoredPattern;
  targetLabel: string;
  replacement: string;
}

/** A rule with upstream's defaults for what is not given. Throws an Error for a `regex` that is none. */
export function relabelRule(rule: Partial<Omit<RelabelRule, 'regex'>> & { regex?: string | undefined }): RelabelRule {
  return {
    action: rule.action ?? 'replace',
    sourceLabels: rule.sourceLabels ?? [],
    separator: rule.separator ?? ';',
    regex: anchoredPattern(rule.regex ?? '(.*)'),
    targetLabel: rule.targetLabel ?? '',
    replacement: rule.replacement ?? '$1',
  };
}

/** The labels after all rules in order, or `undefined` when one drops the target or sample. */
export function relabel(labels: Labels, rules: readonly RelabelRule[]): Labels | undefined {
  let current = labels;
  for (const rule of rules) {
    const next = applyRule(current, rule);
    if (next === undefined) return undefined;
    current = next;
  }
  return current;
}

function applyRule(labels: Labels, { action, sourceLabels, separator, regex, targetLabel, replacement }: RelabelRule): Labels | undefined {
  const value = sourceLabels.map((name) => ownValue(labels, name) ?? '').join(separator);
  switch (action) {
    case 'keep':
      return regex.test(value) ? labels : undefined;
    case 'drop':
      return regex.test(value) ? undefined : labels;
    case 'keepequal':
      return (ownValue(labels, targetLabel) ?? '') === value ? labels : undefined;
    case 'dropequal':
      return (ownValue(labels, targetLabel) ?? '') === value ? undefined : labels;
    case 'lowercase':
      return withLabel(labels, targetLabel, value.toLowerCase());
    case 'uppercase':
      return withLabel(labels, targetLabel, value.toUpperCase());
    case 'labeldrop':
      return Object.fromEntries(Object.entries(labels).filter(([name]) => !regex.test(name)));
    case 'labelkeep':
      return Object.fromEntries(Object.entries(labels).filter(([name]) => regex.test(name)));
    case 'labelmap': {
      const mapped = { ...labels };
      for (const [name, text] of Object.entries(labels)) {
        const match = regex.match(name);
        if (match !== undefined) setOwnValue(mapped, expandTemplate(replacement, match), text);
      }
      return mapped;
    }
    case 'replace': {
      const match = regex.match(value);
      if (match === undefined) return labels;
      const target = expandTemplate(targetLabel, match);
      return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(target) ? withLabel(labels, target, expandTemplate(replacement, match)) : labels;
    }
  }
}
