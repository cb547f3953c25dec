import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { METRIC_NAME } from '../labels.ts';
import { createMatcher, type Matcher, type MatchOperator } from '../matcher.ts';
import { parseError } from '../query-error.ts';
import { checkExpression } from './check-expression.ts';
import { parsePromDuration } from './duration-text.ts';
import {
  AGGREGATIONS,
  type AggregationName,
  type BinaryOperator,
  type Expression,
  type TimeShift,
  type VectorMatching,
} from './expression.ts';
import { FUNCTIONS } from './functions-table.ts';
import { parseNumber } from './number-text.ts';
import { unquote } from './string-literal.ts';

/** Words that a parenthesis may follow and that are no functions. */
const NO_FUNCTIONS = new RegExp(
  `^(?:${AGGREGATIONS.join('|')}|by|without|on|ignoring|group_left|group_right|and|or|unless|bool|atan2|start|end)$`,
  'i',
);

/** Reads a PromQL expression and checks its types. Throws a `bad_data` QueryError that names what is wrong or not modelled. */
export function parsePromQl(source: string): Expression {
  if (source.trim() === '') throw parseError('no expression found in input');
  const tree = parser.parse(source);
  let wrongAt: number | undefined;
  tree.iterate({
    enter: (node) => {
      if (node.type.isError && wrongAt === undefined) wrongAt = node.from;
    },
  });
  const root = tree.topNode.firstChild;
  if (root === null || wrongAt !== undefined) {
    const unknown = [...source.matchAll(/([A-Za-z_]\w*)\s*\(/g)]
      .map(([, name]) => name!)
      .find((name) => !FUNCTIONS.has(name) && !NO_FUNCTIONS.test(name));
    if (unknown !== undefined) throw parseError(`function "${unknown}" is not modelled`);
    throw parseError(
      `unexpected ${wrongAt === undefined || wrongAt >= source.length ? 'end of input' : JSON.stringify(source.slice(wrongAt, wrongAt + 12))} at position ${wrongAt ?? 0}`,
    );
  }
  const expression = new Reader(source).expression(root);
  checkExpression(expression);
  return expression;
}

/** Turns the grammar's tree into our expression. */
class Reader {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  expression(node: SyntaxNode): Expression {
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', value: this.#number(node) };
      case 'StringLiteral':
        return { kind: 'string', value: unquote(this.#text(node)) };
      case 'ParenExpr':
        return { kind: 'paren', expression: this.expression(this.#expressions(node)[0]!) };
      case 'VectorSelector':
        return this.#selector(node);
      case 'UnaryExpr':
        return {
          kind: 'unary',
          operator: this.#text(node.getChild('UnaryOp')!) as '+' | '-',
          operand: this.expression(this.#expressions(node)[0]!),
        };
      case 'MatrixSelector':
        return this.#postfix(node, (operand) => {
          if (operand.kind !== 'selector') throw parseError('ranges only allowed for vector selectors');
          if (operand.offsetMs !== 0 || operand.at !== undefined) throw parseError('no offset or @ modifiers allowed before range');
          return { kind: 'range', selector: operand, rangeMs: this.#positive(node.getChild('DurationExpr')!) };
        });
      case 'SubqueryExpr':
        return this.#postfix(node, (operand) => {
          const [range, step] = node.getChildren('DurationExpr');
          return {
            kind: 'subquery',
            expression: operand,
            rangeMs: this.#positive(range!),
            stepMs: step === undefined ? undefined : this.#positive(step),
            offsetMs: 0,
            at: undefined,
          };
        });
      case 'OffsetExpr':
        return this.#postfix(node, (operand) => this.#shifted(operand, { offsetMs: this.#offset(node.getChild('OffsetDurationExpr')!) }));
      case 'StepInvariantExpr':
        return this.#postfix(node, (operand) => this.#shifted(operand, { at: this.#instant(node) }));
      case 'FunctionCall':
        return { kind: 'call', name: this.#text(node.getChild('FunctionIdentifier')!), args: this.#args(node) };
      case 'AggregateExpr':
        return this.#aggregate(node);
      case 'BinaryExpr':
        return this.#binary(node);
      default:
        throw parseError(`"${node.name}" is not modelled`);
    }
  }

  #text(node: SyntaxNode): string {
    return this.#source.slice(node.from, node.to);
  }

  #expressions(node: SyntaxNode): SyntaxNode[] {
    return node.getChildren('Expr');
  }

  #args(node: SyntaxNode): Expression[] {
    return this.#expressions(node.getChild('FunctionCallBody')!).map((arg) => this.expression(arg));
  }

  #number(node: SyntaxNode): number {
    const value = parseNumber(this.#text(node).replace(/\s+/g, ''));
    if (value === undefined) throw parseError(`"${this.#text(node)}": a duration as a number is not modelled`);
    return value;
  }

  /**
   * The grammar lets `[5m]`, `offset` and `@` take everything to their left; upstream's parser binds them to the nearest operand.
   */
  #postfix(node: SyntaxNode, wrap: (operand: Expression) => Expression): Expression {
    const attach = (operand: Expression): Expression => {
      if (operand.kind === 'binary') return { ...operand, right: attach(operand.right) };
      if (operand.kind === 'unary') return { ...operand, operand: attach(operand.operand) };
      return wrap(operand);
    };
    return attach(this.expression(this.#expressions(node)[0]!));
  }

  #positive(node: SyntaxNode): number {
    const durationMs = parsePromDuration(this.#text(node).trim());
    if (durationMs <= 0) throw parseError('duration must be greater than 0');
    return durationMs;
  }

  #offset(node: SyntaxNode): number {
    const text = this.#text(node).trim();
    return text.startsWith('-') ? -parsePromDuration(text.slice(1).trim()) : parsePromDuration(text);
  }

  #instant(node: SyntaxNode): number | 'start' | 'end' {
    const preprocessor = node.getChild('AtModifierPreprocessors');
    if (preprocessor !== null) return this.#text(preprocessor) as 'start' | 'end';
    const literals = node.getChildren('NumberDurationLiteral');
    const seconds = this.#number(literals.at(-1)!);
    if (!Number.isFinite(seconds)) throw parseError(`timestamp out of bounds for @ modifier: ${this.#text(literals.at(-1)!)}`);
    return Math.round(seconds * 1000);
  }

  #shifted(operand: Expression, shift: Partial<TimeShift>): Expression {
    const what = shift.at === undefined ? 'offset' : '@';
    if (operand.kind === 'range') return { ...operand, selector: this.#shifted(operand.selector, shift) as typeof operand.selector };
    if (operand.kind !== 'selector' && operand.kind !== 'subquery')
      throw parseError(`${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`);
    if ((shift.offsetMs !== undefined && operand.offsetMs !== 0) || (shift.at !== undefined && operand.at !== undefined))
      throw parseError(`${what} may not be set multiple times`);
    return { ...operand, ...shift };
  }

  #selector(node: SyntaxNode): Expression {
    const name = node.getChild('Identifier');
    const matchers: Matcher[] = [];
    const list = node.getChild('LabelMatchers');
    if (list?.getChild('QuotedLabelName') || list?.getChild('QuotedLabelMatcher'))
      throw parseError('quoted names in a selector are not modelled');
    for (const matcher of list?.getChildren('UnquotedLabelMatcher') ?? []) {
      const label = this.#text(matcher.getChild('LabelName')!);
      if (label === METRIC_NAME && name !== null)
        throw parseError(`metric name must not be set twice: "${this.#text(name)}" or ${this.#text(matcher.getChild('StringLiteral')!)}`);
      matchers.push(
        createMatcher(
          label,
          this.#text(matcher.getChild('MatchOp')!) as MatchOperator,
          unquote(this.#text(matcher.getChild('StringLiteral')!)),
        ),
      );
    }
    if (name !== null) matchers.push(createMatcher(METRIC_NAME, '=', this.#text(name)));
    if (matchers.every((matcher) => matcher.matches(''))) throw parseError('vector selector must contain at least one non-empty matcher');
    return { kind: 'selector', matchers, offsetMs: 0, at: undefined };
  }

  #labels(node: SyntaxNode | null): string[] {
    return (node?.getChildren('LabelName') ?? []).map((label) => this.#text(label));
  }

  #aggregate(node: SyntaxNode): Expression {
    const name = this.#text(node.getChild('AggregateOp')!).toLowerCase();
    if (!(AGGREGATIONS as readonly string[]).includes(name)) throw parseError(`"${name}" is not modelled`);
    const modifier = node.getChild('AggregateModifier');
    const args = this.#args(node);
    const takesParameter = ['topk', 'bottomk', 'quantile', 'count_values'].includes(name);
    if (args.length !== (takesParameter ? 2 : 1))
      throw parseError(
        `wrong number of arguments for aggregate expression provided, expected ${takesParameter ? 2 : 1}, got ${args.length}`,
      );
    return {
      kind: 'aggregate',
      name: name as AggregationName,
      expression: args.at(-1)!,
      parameter: takesParameter ? args[0] : undefined,
      grouping: { without: modifier?.getChild('Without') != null, labels: this.#labels(modifier?.getChild('GroupingLabels') ?? null) },
    };
  }

  #binary(node: SyntaxNode): Expression {
    const [left, right] = this.#expressions(node);
    const sign = node.firstChild!.nextSibling!;
    if (['TrimUpper', 'TrimLower'].includes(sign.name) || node.getChild('FillModifier') !== null)
      throw parseError(`"${sign.name}" is not modelled`);
    const clause = node.getChild('MatchingModifierClause');
    const [labels, include] = clause?.getChildren('GroupingLabels') ?? [];
    const many = clause?.getChild('GroupLeft') ? 'left' : clause?.getChild('GroupRight') ? 'right' : 'none';
    const matching: VectorMatching = {
      on: clause?.getChild('On') != null,
      labels: this.#labels(labels ?? null),
      many,
      include: this.#labels(include ?? null),
    };
    const bool = node.getChild('BoolModifier') !== null;
    const base = this.expression(left!);
    // The grammar takes the sign into the literal; upstream raises to the power first.
    if (sign.name === 'Pow' && left!.name === 'NumberDurationLiteral' && this.#text(left!).startsWith('-')) {
      return {
        kind: 'unary',
        operator: '-',
        operand: {
          kind: 'binary',
          operator: '^',
          left: { kind: 'number', value: -(base as { value: number }).value },
          right: this.expression(right!),
          bool,
          matching,
        },
      };
    }
    return {
      kind: 'binary',
      operator: this.#text(sign).toLowerCase() as BinaryOperator,
      left: base,
      right: this.expression(right!),
      bool,
      matching,
    };
  }
}
