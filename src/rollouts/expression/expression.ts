/** What names mean, and the element that a predicate looks at (`#`). */
export interface Scope {
  names: Readonly<Record<string, unknown>>;
  element?: unknown;
  index?: number;
}

/** A piece of a condition, read and ready to be evaluated. Throws `ExpressionError`. */
export type Expression = (scope: Scope) => unknown;
