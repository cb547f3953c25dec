import { createRequire } from 'node:module';
import type { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../../../base/errors.ts';
import { LinearMatches, withoutOwnName } from './linear-matches.ts';

/** A compiled expression. Evaluation throws an Error whose message is what cel-go would say. */
export type Evaluate = (variables: Record<string, unknown>) => unknown;

/** Why an expression cannot be used here. */
export interface CelProblem {
  readonly problem: string;
  /** An API server of upstream refuses it as well, in these words; any other may be one that is not modelled. */
  readonly isInvalid?: boolean;
}

/** Compiles CEL expressions over the variables it was made for, each once. */
export class CelExpressions {
  readonly #variables: readonly string[] | undefined;
  readonly #compiled = new Map<string, Evaluate | CelProblem>();
  readonly #matches = new LinearMatches();
  #environment: Environment | undefined;

  /** Without names, every variable is allowed and may be missing. */
  constructor(variables?: readonly string[]) {
    this.#variables = variables;
  }

  /** The expression as a function, or why it cannot be one here. */
  compile(expression: string): Evaluate | CelProblem {
    const known = this.#compiled.get(expression);
    if (known !== undefined) return known;
    const compiled = this.#compileNow(expression);
    this.#compiled.set(expression, compiled);
    return compiled;
  }

  #compileNow(expression: string): Evaluate | CelProblem {
    const environment = (this.#environment ??= newEnvironment(this.#variables, this.#matches));
    try {
      const parsed = environment.parse(expression);
      const invalid = this.#matches.use(parsed.ast);
      const { valid, error } = parsed.check();
      if (!valid) return { problem: firstLine(error) };
      if (invalid !== undefined) return { problem: invalid, isInvalid: true };
      return (variables) => {
        try {
          return parsed(variables) as unknown;
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
function newEnvironment(variables: readonly string[] | undefined, matches: LinearMatches): Environment {
  const { Environment } = createRequire(import.meta.url)('@marcbachmann/cel-js') as typeof import('@marcbachmann/cel-js');
  const environment = new Environment({ unlistedVariablesAreDyn: variables === undefined, enableOptionalTypes: true });
  matches.register(environment);
  for (const name of variables ?? []) environment.registerVariable(name, 'dyn');
  return environment;
}

/** The library adds the place in the expression on further lines. */
function firstLine(error: unknown): string {
  return withoutOwnName(messageOf(error))
    .split('\n')[0]!
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}
