import { compileLinear } from '../../base/linear-pattern.ts';

/** The groups of one match: the whole text, then those of the pattern; `undefined` for one that took no part. */
export interface PatternMatch {
  readonly groups: readonly (string | undefined)[];
  named(name: string): string | undefined;
}

/** A regular expression that must match a whole value. */
export interface AnchoredPattern {
  test(text: string): boolean;
  match(text: string): PatternMatch | undefined;
}

/** Longer texts are matched each time: they would fill the memory. */
const LONGEST_KEPT = 256;
const MOST_KEPT = 2_000;

/**
 * Compiles a regular expression of RE2 that is anchored at both ends, as Prometheus 2 does it: `.` is no line break. Throws an Error with
 * RE2's text. Plain texts, alternatives of them, and a text before `.*` or `.+` are compared without an engine.
 */
export function anchoredPattern(source: string): AnchoredPattern {
  return ofTexts(source) ?? ofPrefix(source) ?? ofEngine(source);
}

/** The text that a pattern means when it is nothing but characters, some of them escaped. */
function literalText(source: string): string | undefined {
  return /^(?:[^\\.+*?()|[\]{}^$]|\\[!-/:-@[-`{-~])*$/.test(source) ? source.replace(/\\(.)/g, '$1') : undefined;
}

function ofTexts(source: string): AnchoredPattern | undefined {
  const alternatives = source.split('|').map(literalText);
  // A backslash before `|` makes one text of what was split; such a half ends with a lone backslash and is no text.
  if (alternatives.some((text) => text === undefined)) return undefined;
  const texts = new Set(alternatives as string[]);
  return { test: (text) => texts.has(text), match: (text) => (texts.has(text) ? matchOf([text]) : undefined) };
}

function ofPrefix(source: string): AnchoredPattern | undefined {
  const [, before, open = '', repeat, close = ''] = /^(.*?)(\()?\.([*+])(\))?$/s.exec(source) ?? [];
  const prefix = before === undefined ? undefined : literalText(before);
  if (prefix === undefined || open.length !== close.length) return undefined;
  const least = prefix.length + (repeat === '+' ? 1 : 0);
  const test = (text: string): boolean => text.length >= least && text.startsWith(prefix) && !text.includes('\n', prefix.length);
  return { test, match: (text) => (test(text) ? matchOf(open === '' ? [text] : [text, text.slice(prefix.length)]) : undefined) };
}

/** Labels take few values, and a query meets them again and again: what the engine said is kept. */
function ofEngine(source: string): AnchoredPattern {
  const compiled = compileLinear(`^(?:${source})$`);
  if ('problem' in compiled) throw new Error(compiled.problem);
  const groupIndex = new Map(Object.entries(compiled.groupNames));
  return {
    test: keeping((text) => compiled.test(text)),
    match: keeping((text) => {
      const groups = compiled.match(text);
      return groups && matchOf(groups, groupIndex);
    }),
  };
}

function keeping<T>(compute: (text: string) => T): (text: string) => T {
  const kept = new Map<string, { readonly value: T }>();
  return (text) => {
    if (text.length > LONGEST_KEPT) return compute(text);
    let known = kept.get(text);
    if (known === undefined) {
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(text, (known = { value: compute(text) }));
    }
    return known.value;
  };
}

function matchOf(groups: readonly (string | undefined)[], groupIndex?: ReadonlyMap<string, number>): PatternMatch {
  return {
    groups,
    named(name) {
      const index = groupIndex?.get(name);
      return index === undefined ? undefined : groups[index];
    },
  };
}
