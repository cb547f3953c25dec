import { compileLinear, type LinearPattern } from '../base/linear-pattern.ts';

/**
 * The regular expressions that users wrote into Ingresses, each compiled once for a configuration. NGINX takes PCRE; what PCRE has
 * beyond RE2 (look-around, back-references, atomic groups, possessive repeats) is refused: one such pattern could stop every request.
 */
export class UserPatterns {
  readonly #compiled = new Map<string, LinearPattern | { problem: string }>();

  /** Where the pattern occurs in the path of a request; paths ignore case, as NGINX's `~*` does. `undefined` when it was refused. */
  ofPath(source: string): LinearPattern | undefined {
    return usable(this.#compile(source, true));
  }

  /** `undefined` when the pattern was refused. */
  ofHeader(source: string): LinearPattern | undefined {
    return usable(this.#compile(source, false));
  }

  /** Why a path is no pattern here. */
  problemOfPath(source: string): string | undefined {
    return problemIn(this.#compile(source, true));
  }

  problemOfHeader(source: string): string | undefined {
    return problemIn(this.#compile(source, false));
  }

  #compile(source: string, ignoreCase: boolean): LinearPattern | { problem: string } {
    const key = `${ignoreCase ? 'i' : 's'}${source}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) this.#compiled.set(key, (compiled = compileLinear(source, { ignoreCase })));
    return compiled;
  }
}

function usable(compiled: LinearPattern | { problem: string }): LinearPattern | undefined {
  return 'problem' in compiled ? undefined : compiled;
}

function problemIn(compiled: LinearPattern | { problem: string }): string | undefined {
  return 'problem' in compiled ? compiled.problem : undefined;
}
