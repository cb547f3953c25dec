import { messageOf } from '../../base/errors.ts';
import { ownValue } from '../../base/own-value.ts';
import { type AnchoredPattern, anchoredPattern } from './anchored-pattern.ts';
import type { Labels } from './labels.ts';
import { parseError } from './query-error.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One condition on a label; a missing label has the empty value. */
export interface Matcher {
  name: string;
  operator: MatchOperator;
  value: string;
  matches(value: string): boolean;
}

/** Throws a `bad_data` QueryError for a value that must be a pattern and is none. */
export function createMatcher(name: string, operator: MatchOperator, value: string): Matcher {
  if (operator === '=') return { name, operator, value, matches: (text) => text === value };
  if (operator === '!=') return { name, operator, value, matches: (text) => text !== value };
  let pattern: AnchoredPattern;
  try {
    pattern = anchoredPattern(value);
  } catch (error) {
    throw parseError(messageOf(error));
  }
  return { name, operator, value, matches: operator === '=~' ? (text) => pattern.test(text) : (text) => !pattern.test(text) };
}

export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => matcher.matches(ownValue(labels, matcher.name) ?? ''));
}
