/** The programs whose failures are known here. */
export type FailingProgram = 'kind' | 'minikube' | 'k3s' | 'helm' | 'docker';

/** What the message may name. */
export interface FailureContext {
  name: string;
  engine: string;
}

/** One text that a program is known to print, with its cause and the next step in words of ours. */
export interface FailureRule {
  of: readonly FailingProgram[];
  pattern: RegExp;
  code: string;
  cause(match: RegExpMatchArray, about: FailureContext): string;
  next(match: RegExpMatchArray, about: FailureContext): string;
}

/** A row of a table of failures. `cause` and `next` may name what the pattern has captured. */
export function rule(
  of: readonly FailingProgram[],
  pattern: RegExp,
  code: string,
  cause: string | FailureRule['cause'],
  next: string | FailureRule['next'],
): FailureRule {
  return {
    of,
    pattern,
    code,
    cause: typeof cause === 'string' ? () => cause : cause,
    next: typeof next === 'string' ? () => next : next,
  };
}
