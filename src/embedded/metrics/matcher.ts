import { ownValue } from '../../base/own-value.ts';
import { anchoredPattern } from './anchored-pattern.ts';
import type { Labels } from './labels.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One condition on a label; a missing label has the empty value. */
export interface Matcher {
  name: string;
  operator: MatchOperator;
  value: string;
  matches(value: string): boolean;
}

export function createMatcher(name: string, operator: MatchOperator, value: string): Matcher {
  if (operator === '=') return { name, operator, value, matches: (text) => text === value };
  if (operator === '!=') return { name, operator, value, matches: (text) => text !== value };
  const pattern = anchoredPattern(value);
  return { name, operator, value, matches: operator === '=~' ? (text) => pattern.test(text) : (text) => !pattern.test(text) };
}

export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => matcher.matches(ownValue(labels, matcher.name) ?? ''));
}
