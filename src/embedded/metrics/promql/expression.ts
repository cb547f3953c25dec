import type { Matcher } from '../matcher.ts';

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2' | '==' | '!=' | '<' | '>' | '<=' | '>=' | 'and' | 'or' | 'unless';
export const AGGREGATIONS = [
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
  'count_values',
] as const;
export type AggregationName = (typeof AGGREGATIONS)[number];

/** When a selector or subquery looks: `offsetMs` back from the evaluation, or from a fixed instant. */
export interface TimeShift {
  offsetMs: number;
  at: number | 'start' | 'end' | undefined;
}

/** How two vectors are paired; `many` names the side of which several elements may meet one. */
export interface VectorMatching {
  on: boolean;
  labels: readonly string[];
  many: 'none' | 'left' | 'right';
  include: readonly string[];
}

export interface SelectorExpression extends TimeShift {
  kind: 'selector';
  matchers: readonly Matcher[];
}
export interface RangeExpression {
  kind: 'range';
  selector: SelectorExpression;
  rangeMs: number;
}
export interface SubqueryExpression extends TimeShift {
  kind: 'subquery';
  expression: Expression;
  rangeMs: number;
  stepMs: number | undefined;
}
export interface CallExpression {
  kind: 'call';
  name: string;
  args: readonly Expression[];
}
export interface AggregateExpression {
  kind: 'aggregate';
  name: AggregationName;
  expression: Expression;
  parameter: Expression | undefined;
  grouping: { without: boolean; labels: readonly string[] };
}
export interface BinaryExpression {
  kind: 'binary';
  operator: BinaryOperator;
  left: Expression;
  right: Expression;
  bool: boolean;
  matching: VectorMatching;
}

export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | SelectorExpression
  | RangeExpression
  | SubqueryExpression
  | CallExpression
  | AggregateExpression
  | BinaryExpression
  | { kind: 'unary'; operator: '+' | '-'; operand: Expression }
  | { kind: 'paren'; expression: Expression };

export type ValueType = 'scalar' | 'instant vector' | 'range vector' | 'string';

export const COMPARISONS: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(['==', '!=', '<', '>', '<=', '>=']);
export const SET_OPERATORS: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(['and', 'or', 'unless']);

export function unwrapped(expression: Expression): Expression {
  return expression.kind === 'paren' ? unwrapped(expression.expression) : expression;
}
