/** Which kubectl a case is run with: the oldest and the newest that are supported, or both in turn. */
export type Clients = 'both' | 'newest' | 'oldest';

/** One command: words as a person types them ('…' groups), `{ns}` is the client's own namespace. No shell reads it. */
export interface Command {
  readonly command: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly retry?: RegExp;
}

/** Commands of real clients and what they must print, standard output and errors together. */
export interface CommandCase {
  readonly id: string;
  /** Rows of the lists in `rows/` that the case shows. */
  readonly covers: readonly string[];
  readonly run: readonly (string | Command)[];
  readonly expected: RegExp;
  readonly clients?: Clients;
}

/** One HTTP request and its answer, for what no command line asks for. */
export interface RequestCase {
  readonly id: string;
  readonly covers: readonly string[];
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly as?: 'admin' | 'anonymous' | 'nobody';
  };
  readonly code: number;
  readonly expected: RegExp;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, RegExp>>;
}

export type ConformanceCase = CommandCase | RequestCase;

export function isRequest(one: ConformanceCase): one is RequestCase {
  return 'request' in one;
}

/** A case in one line: id, rows, commands, expected output. */
export function commandCase(
  id: string,
  covers: readonly string[],
  run: CommandCase['run'],
  expected: RegExp,
  clients: Clients = 'both',
): CommandCase {
  return { id, covers, run, expected, clients };
}

/** The words of a command; `'…'` keeps blanks and quotes together. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'([^']*)'|([^\s']+))+/g)].map(([word]) => word.replace(/'([^']*)'/g, '$1'));
}
