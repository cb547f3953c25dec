import { builtIn } from './built-ins.ts';
import { ExpressionError, type Token, tokenize } from './tokenize.ts';
import { asBoolean, asNumber, equal, isIn, listOf, member, typeName } from './values.ts';

/** What names mean, and the element that a predicate looks at (`#`). */
export interface Scope {
  names: Readonly<Record<string, unknown>>;
  element?: unknown;
  index?: number;
}
export type Expression = (scope: Scope) => unknown;

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
const WITH_PREDICATE = new Set(['all', 'any', 'one', 'none', 'filter', 'map', 'count', 'find', 'sum']);

/** Reads a condition in the expr language of Argo's analysis. Throws `ExpressionError`. Nothing is evaluated as code. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(tokenize(text));
  return parser.whole();
}

/** A Pratt parser: every operator has a binding power; each piece becomes a closure. */
class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#ternary();
    if (this.#token.kind !== 'end') throw this.#unexpected();
    return expression;
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }
  #is(...values: string[]): boolean {
    return (
      this.#token.kind !== 'string' && this.#token.kind !== 'number' && this.#token.kind !== 'end' && values.includes(this.#token.value)
    );
  }
  #take(...values: string[]): boolean {
    if (!this.#is(...values)) return false;
    this.#at += 1;
    return true;
  }
  #expect(value: string): void {
    if (!this.#take(value)) throw this.#unexpected();
  }
  #unexpected(): ExpressionError {
    const { kind, value } = this.#token;
    return new ExpressionError(
      kind === 'end'
        ? 'unexpected token EOF'
        : `unexpected token ${kind === 'name' ? 'Identifier' : kind === 'operator' ? 'Operator' : kind}("${value}")`,
    );
  }

  #ternary(): Expression {
    const condition = this.#binary(0);
    if (!this.#take('?')) return condition;
    if (this.#take(':')) {
      const otherwise = this.#ternary();
      return (scope) => {
        const value = condition(scope);
        return value === null || value === undefined || value === false ? otherwise(scope) : value;
      };
    }
    const yes = this.#ternary();
    this.#expect(':');
    const no = this.#ternary();
    return (scope) => (asBoolean(condition(scope)) ? yes(scope) : no(scope));
  }

  #binary(power: number): Expression {
    let left = this.#unary();
    for (;;) {
      const operator = this.#token.kind === 'name' || this.#token.kind === 'operator' ? this.#token.value : '';
      const binding = Object.hasOwn(BINARY, operator) ? BINARY[operator]! : -1;
      if (binding < 0 || binding <= power) return left;
      this.#at += 1;
      if (operator === '|') {
        left = this.#call(this.#name(), left);
        continue;
      }
      const negated = operator === 'not';
      const real = negated ? this.#name() : operator;
      const right = this.#binary(real === '**' || real === '^' ? binding - 1 : binding);
      const plain = apply(real, left, right);
      left = negated ? (scope) => plain(scope) !== true : plain;
    }
  }

  #name(): string {
    const token = this.#token;
    if (token.kind !== 'name') throw this.#unexpected();
    this.#at += 1;
    return token.value;
  }

  #unary(): Expression {
    if (this.#take('not', '!')) {
      const operand = this.#binary(50);
      return (scope) => !asBoolean(operand(scope));
    }
    if (this.#take('-')) {
      const operand = this.#binary(90);
      return (scope) => -asNumber(operand(scope), '-', 0);
    }
    if (this.#take('+')) {
      const operand = this.#binary(90);
      return (scope) => asNumber(operand(scope), '+', 0);
    }
    return this.#postfix(this.#primary());
  }

  #primary(): Expression {
    const token = this.#token;
    this.#at += 1;
    if (token.kind === 'number' || token.kind === 'string') return () => token.value;
    if (token.kind === 'name') {
      switch (token.value) {
        case 'true':
          return () => true;
        case 'false':
          return () => false;
        case 'nil':
          return () => null;
      }
      if (this.#is('(')) return this.#call(token.value);
      return ({ names }) => {
        if (!Object.hasOwn(names, token.value)) throw new ExpressionError(`unknown name ${token.value}`);
        return names[token.value];
      };
    }
    switch (token.value) {
      case '(': {
        const inner = this.#ternary();
        this.#expect(')');
        return inner;
      }
      case '[': {
        const items = this.#list(']');
        return (scope) => items.map((item) => item(scope));
      }
      case '{':
        return this.#map();
      case '#':
        if (this.#token.kind === 'name' && this.#take('index')) return ({ index }) => index;
        return ({ element }) => element;
      case '.': {
        const name = this.#name();
        return ({ element }) => member(element, name);
      }
    }
    this.#at -= 1;
    throw this.#unexpected();
  }

  #postfix(start: Expression): Expression {
    let value = start;
    for (;;) {
      const before = value;
      if (this.#take('?.')) {
        const name = this.#name();
        value = (scope) => {
          const object = before(scope);
          return object === null || object === undefined ? null : member(object, name);
        };
      } else if (this.#take('.')) {
        const name = this.#name();
        value = (scope) => member(before(scope), name);
      } else if (this.#take('[')) value = this.#index(before);
      else return value;
    }
  }

  #index(object: Expression): Expression {
    const from = this.#is(':') ? undefined : this.#ternary();
    if (!this.#take(':')) {
      this.#expect(']');
      return (scope) => member(object(scope), from!(scope));
    }
    const to = this.#is(']') ? undefined : this.#ternary();
    this.#expect(']');
    return (scope) => {
      const list = object(scope);
      if (!Array.isArray(list) && typeof list !== 'string') throw new ExpressionError(`cannot slice ${typeName(list)}`);
      return list.slice(from?.(scope) as number | undefined, to?.(scope) as number | undefined);
    };
  }

  #list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#take(end)) {
      items.push(this.#ternary());
      if (!this.#take(',') && !this.#is(end)) throw this.#unexpected();
    }
    return items;
  }

  #map(): Expression {
    const entries: [Expression, Expression][] = [];
    while (!this.#take('}')) {
      const token = this.#token;
      this.#at += 1;
      if (token.kind !== 'name' && token.kind !== 'string') throw this.#unexpected();
      this.#expect(':');
      entries.push([() => token.value, this.#ternary()]);
      if (!this.#take(',') && !this.#is('}')) throw this.#unexpected();
    }
    return (scope) => Object.fromEntries(entries.map(([key, value]) => [String(key(scope)), value(scope)]));
  }

  /** A call; `piped` is its first argument when it stands behind `|`. */
  #call(name: string, piped?: Expression): Expression {
    this.#expect('(');
    if (WITH_PREDICATE.has(name)) return this.#predicateCall(name, piped);
    const args = [...(piped === undefined ? [] : [piped]), ...this.#list(')')];
    return (scope) => {
      const own = Object.hasOwn(scope.names, name) ? scope.names[name] : builtIn(name);
      if (typeof own !== 'function') throw new ExpressionError(`unknown name ${name}`);
      return (own as (...values: unknown[]) => unknown)(...args.map((arg) => arg(scope)));
    };
  }

  #predicateCall(name: string, piped?: Expression): Expression {
    const list = piped ?? this.#ternary();
    let predicate: Expression | undefined;
    if (piped === undefined ? this.#take(',') : !this.#is(')')) {
      const braces = this.#take('{');
      predicate = this.#ternary();
      if (braces) this.#expect('}');
    }
    this.#expect(')');
    return (scope) => {
      const items = listOf(list(scope), name);
      const at = (element: unknown, index: number): unknown =>
        predicate === undefined ? element : predicate({ ...scope, element, index });
      const holds = (element: unknown, index: number): boolean => asBoolean(at(element, index));
      switch (name) {
        case 'all':
          return items.every(holds);
        case 'any':
          return items.some(holds);
        case 'none':
          return !items.some(holds);
        case 'one':
          return items.filter(holds).length === 1;
        case 'filter':
          return items.filter(holds);
        case 'map':
          return items.map(at);
        case 'find':
          return items.find(holds) ?? null;
        case 'sum':
          return items.map(at).reduce((sum: number, value) => sum + asNumber(value, '+', 0), 0);
        default:
          return items.filter(holds).length;
      }
    };
  }
}

function apply(operator: string, left: Expression, right: Expression): Expression {
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
      return texts((a, b) => new RegExp(b).test(a));
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
