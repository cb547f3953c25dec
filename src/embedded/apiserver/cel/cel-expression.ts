import { createRequire } from 'node:module';
import type { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../../../base/errors.ts';

/** A compiled expression. Evaluation throws an Error whose message is what cel-go would say. */
export type Evaluate = (variables: Record<string, unknown>) => unknown;

/** Compiles CEL expressions over the variables it was made for, each once. */
export class CelExpressions {
  readonly #variables: readonly string[] | undefined;
  readonly #compiled = new Map<string, Evaluate | { problem: string }>();
  #environment: Environment | undefined;

  /** Without names, every variable is allowed and may be missing. */
  constructor(variables?: readonly string[]) {
    this.#variables = variables;
  }

  /** The expression as a function, or why it cannot be one here. */
  compile(expression: string): Evaluate | { problem: string } {
    const known = this.#compiled.get(expression);
    if (known !== undefined) return known;
    const compiled = this.#compileNow(expression);
    this.#compiled.set(expression, compiled);
    return compiled;
  }

  #compileNow(expression: string): Evaluate | { problem: string } {
    const environment = (this.#environment ??= newEnvironment(this.#variables));
    try {
      const { valid, error } = environment.check(expression);
      if (!valid) return { problem: firstLine(error) };
      const parsed = environment.parse(expression) as unknown as Evaluate;
      return (variables) => {
        try {
          return parsed(variables);
        } catch (error) {
          throw new Error(firstLine(error), { cause: error });
        }
      };
    } catch (error) {
      return { problem: firstLine(error) };
    }
  }
}

/** The library is loaded by the first expression: most clusters never have one. */
function newEnvironment(variables: readonly string[] | undefined): Environment {
  const { Environment } = createRequire(import.meta.url)('@marcbachmann/cel-js') as typeof import('@marcbachmann/cel-js');
  const environment = new Environment({ unlistedVariablesAreDyn: variables === undefined, enableOptionalTypes: true });
  for (const name of variables ?? []) environment.registerVariable(name, 'dyn');
  return environment;
}

/** The library adds the place in the expression on further lines. */
function firstLine(error: unknown): string {
  return messageOf(error)
    .split('\n')[0]!
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}
