import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { compileLinear, type LinearPattern } from '../../../base/linear-pattern.ts';

/** A name that no expression can hold, since it begins with a digit. */
const OWN_NAME = '0matches';
/** Patterns that an expression reckons from its data are many. */
const MOST_KEPT = 200;

/**
 * `matches` with the patterns of RE2, as in cel-go, instead of the library's own, which an expression may make run for ever. The library lets nobody
 * replace a function: calls are given another name after they were parsed.
 */
export class LinearMatches {
  readonly #patterns = new Map<string, LinearPattern | { problem: string }>();

  /** Makes the function known, as a method and as a function of two texts. */
  register(environment: Environment): void {
    const matches = (text: string, pattern: string): boolean => this.#matches(text, pattern);
    environment.registerFunction(`string.${OWN_NAME}(string): bool`, matches);
    environment.registerFunction(`${OWN_NAME}(string, string): bool`, matches);
  }

  /**
   * Turns the calls of `matches` in an expression to this function. Gives cel-go's text when the first argument of one is a constant and no pattern:
   * cel-go validators.go ValidateRegexLiterals, which looks at the first argument of either form.
   */
  use(ast: ASTNode): string | undefined {
    const invalid: ASTNode[] = [];
    const visit = (part: unknown): void => {
      if (Array.isArray(part)) {
        for (const child of part) visit(child);
      } else if (isNode(part)) {
        if ((part.op === 'call' || part.op === 'rcall') && part.args[0] === 'matches') {
          (part.args as [string, ...unknown[]])[0] = OWN_NAME;
          const [first] = part.op === 'call' ? part.args[1] : part.args[2];
          if (first?.op === 'value' && typeof first.args === 'string' && 'problem' in this.#pattern(first.args)) invalid.push(first);
        }
        visit(part.args);
      }
    };
    visit(ast);
    return invalid.length === 0 ? undefined : invalid.map(({ input, start }) => invalidArgument(input, start)).join('\n');
  }

  #matches(text: string, source: string): boolean {
    const pattern = this.#pattern(source);
    if ('problem' in pattern) throw new Error(pattern.problem);
    return pattern.test(text);
  }

  #pattern(source: string): LinearPattern | { problem: string } {
    let pattern = this.#patterns.get(source);
    if (pattern === undefined) {
      if (this.#patterns.size >= MOST_KEPT) this.#patterns.clear();
      this.#patterns.set(source, (pattern = compileLinear(source)));
    }
    return pattern;
  }
}

/** A message of the library with the name that the expression itself uses. */
export function withoutOwnName(message: string): string {
  return message.replaceAll(OWN_NAME, 'matches');
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part;
}

/** One error of cel-go, with the line that it is in. */
function invalidArgument(input: string, start: number): string {
  const before = input.slice(0, start).split('\n');
  const [row, column] = [before.length, [...before.at(-1)!].length];
  return `ERROR: <input>:${row}:${column + 1}: invalid matches argument\n | ${input.split('\n')[row - 1]}\n | ${'.'.repeat(column)}^`;
}
