import { builtIn } from './built-ins.ts';
import type { Expression } from './expression.ts';
import { applyOperator, bindingPower } from './operators.ts';
import { applyPredicate, takesPredicate } from './predicates.ts';
import { ExpressionError, type Token, tokenize } from './tokenize.ts';
import { asBoolean, asNumber, member, typeName } from './values.ts';

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
      const binding = bindingPower(operator);
      if (binding < 0 || binding <= power) return left;
      this.#at += 1;
      if (operator === '|') {
        left = this.#call(this.#name(), left);
        continue;
      }
      const negated = operator === 'not';
      const real = negated ? this.#name() : operator;
      const right = this.#binary(real === '**' || real === '^' ? binding - 1 : binding);
      const plain = applyOperator(real, left, right);
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
    if (takesPredicate(name)) return this.#predicateCall(name, piped);
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
    return applyPredicate(name, list, predicate);
  }
}
