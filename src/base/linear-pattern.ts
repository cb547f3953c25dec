import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import { messageOf } from './errors.ts';

/** A regular expression in RE2's syntax. Matching takes time linear in the text, whatever the pattern: users write both. */
export interface LinearPattern {
  /** Whether the pattern occurs anywhere in the text. */
  test(text: string): boolean;
  /** The first occurrence and its groups (`undefined` for a group that took no part); nothing when there is none. */
  match(text: string): readonly (string | undefined)[] | undefined;
  /** Which group each name stands for. */
  readonly groupNames: Readonly<Record<string, number>>;
}

/**
 * Compiles a pattern, or says why it is none. Look-around, back-references, atomic groups and possessive repeats are none in
 * RE2: they are what makes other engines take exponential time.
 */
export function compileLinear(source: string, options: { ignoreCase?: boolean } = {}): LinearPattern | { problem: string } {
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof import('re2js');
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(source, options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    return { problem: messageOf(error) };
  }
  return {
    get groupNames() {
      return pattern.namedGroups();
    },
    test: (text) => pattern.test(text),
    match(text) {
      const found = pattern.matcher(text);
      if (!found.find()) return undefined;
      return Array.from({ length: found.groupCount() + 1 }, (_, index) => found.group(index) ?? undefined);
    },
  };
}
