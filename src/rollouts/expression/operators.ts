import { compileLinear, type LinearPattern } from '../../base/linear-pattern.ts';
import type { Expression } from './expression.ts';
import { ExpressionError } from './tokenize.ts';
import { asBoolean, asNumber, equal, isIn, typeName } from './values.ts';

/** How strongly an operator binds; a pipe and a negation are read by the parser itself. */
const BINARY: Readonly<Record<string, number>> = {
  '|': 1,
  or: 10,
  '||': 10,
  and: 15,
  '&&': 15,
  '==': 20,
  '!=': 20,
  '<': 20,
  '>': 20,
  '<=': 20,
  '>=': 20,
  in: 20,
  not: 20,
  matches: 20,
  contains: 20,
  startsWith: 20,
  endsWith: 20,
  '..': 25,
  '+': 30,
  '-': 30,
  '*': 60,
  '/': 60,
  '%': 60,
  '**': 100,
  '^': 100,
  '??': 500,
};

/** How strongly a word or sign between two operands holds them; -1 when it is no operator. */
export function bindingPower(operator: string): number {
  return Object.hasOwn(BINARY, operator) ? BINARY[operator]! : -1;
}

/** Two operands with an operator between them. */
export function applyOperator(operator: string, left: Expression, right: Expression): Expression {
  const numbers =
    (work: (a: number, b: number) => unknown): Expression =>
    (scope) => {
      const a = left(scope);
      const b = right(scope);
      return work(asNumber(a, operator, b), asNumber(b, operator, a));
    };
  const ordered =
    (work: (a: number | string, b: number | string) => boolean): Expression =>
    (scope) => {
      const a = left(scope);
      const b = right(scope);
      if (typeof a === 'string' && typeof b === 'string') return work(a, b);
      return work(asNumber(a, operator, b), asNumber(b, operator, a));
    };
  const texts =
    (work: (a: string, b: string) => boolean): Expression =>
    (scope) => {
      const a = left(scope);
      const b = right(scope);
      if (typeof a !== 'string' || typeof b !== 'string')
        throw new ExpressionError(`invalid operation: ${operator} (mismatched types ${typeName(a)} and ${typeName(b)})`);
      return work(a, b);
    };
  switch (operator) {
    case 'or':
    case '||':
      return (scope) => asBoolean(left(scope)) || asBoolean(right(scope));
    case 'and':
    case '&&':
      return (scope) => asBoolean(left(scope)) && asBoolean(right(scope));
    case '==':
      return (scope) => equal(left(scope), right(scope));
    case '!=':
      return (scope) => !equal(left(scope), right(scope));
    case '<':
      return ordered((a, b) => a < b);
    case '>':
      return ordered((a, b) => a > b);
    case '<=':
      return ordered((a, b) => a <= b);
    case '>=':
      return ordered((a, b) => a >= b);
    case 'in':
      return (scope) => isIn(left(scope), right(scope));
    case 'matches':
      return texts(matching());
    case 'contains':
      return texts((a, b) => a.includes(b));
    case 'startsWith':
      return texts((a, b) => a.startsWith(b));
    case 'endsWith':
      return texts((a, b) => a.endsWith(b));
    case '..':
      return numbers((a, b) => Array.from({ length: Math.max(0, b - a + 1) }, (_, index) => a + index));
    case '+':
      return (scope) => {
        const a = left(scope);
        const b = right(scope);
        return typeof a === 'string' && typeof b === 'string' ? a + b : asNumber(a, '+', b) + asNumber(b, '+', a);
      };
    case '-':
      return numbers((a, b) => a - b);
    case '*':
      return numbers((a, b) => a * b);
    case '/':
      return numbers((a, b) => a / b);
    case '%':
      return numbers((a, b) => a % b);
    case '**':
    case '^':
      return numbers((a, b) => a ** b);
    default:
      return (scope) => left(scope) ?? right(scope);
  }
}

/** Expr takes RE2's patterns. Most are constants: the last one is kept. */
function matching(): (text: string, source: string) => boolean {
  let last: { source: string; pattern: LinearPattern } | undefined;
  return (text, source) => {
    if (last?.source !== source) {
      const pattern = compileLinear(source);
      if ('problem' in pattern) throw new ExpressionError(pattern.problem);
      last = { source, pattern };
    }
    return last.pattern.test(text);
  };
}
