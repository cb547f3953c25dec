/** A word before expansion: pieces that are literal (quoted with ') or expand variables and commands; `quoted` pieces are not split. */
export type Piece = { text: string; expands: boolean; quoted: boolean };
export type Word = readonly Piece[];

/** One redirection of output, in the order of the script; `merge` sends the stream where the other one goes. */
export type Redirection = { stream: 'stdout' | 'stderr' } & ({ to: Word; append: boolean } | { merge: true });

export type ShellNode =
  | { kind: 'command'; words: readonly Word[]; input: Word | undefined; outputs: readonly Redirection[] }
  | { kind: 'pipe'; parts: readonly ShellNode[] }
  | { kind: 'list'; items: readonly { node: ShellNode; join: '&&' | '||' | ';' }[] }
  | { kind: 'not'; node: ShellNode }
  | { kind: 'if'; branches: readonly { test: ShellNode; body: ShellNode }[]; otherwise: ShellNode | undefined }
  | { kind: 'while'; until: boolean; test: ShellNode; body: ShellNode }
  | { kind: 'for'; name: string; words: readonly Word[]; body: ShellNode };

/** A script that the built-in shell cannot read. */
export class ShellSyntaxError extends Error {}

type Token = { operator: string } | { word: Word };
const OPERATORS = ['&&', '||', ';;', '>>', '<<', ';', '|', '&', '>', '<', '(', ')', '\n'];

function tokenize(script: string): Token[] {
  const tokens: Token[] = [];
  let pieces: Piece[] | undefined;
  let at = 0;
  const add = (text: string, expands: boolean, quoted: boolean): void => {
    (pieces ??= []).push({ text, expands, quoted });
  };
  const flush = (): void => {
    if (pieces !== undefined) tokens.push({ word: pieces });
    pieces = undefined;
  };
  /** The end of `$(…)` or `${…}` that begins at `from`. */
  const closing = (from: number, open: string, close: string): number => {
    let depth = 0;
    for (let index = from; index < script.length; index++) {
      if (script[index] === open) depth += 1;
      else if (script[index] === close && --depth === 0) return index + 1;
    }
    throw new ShellSyntaxError(`syntax error: unexpected end of file (expecting "${close}")`);
  };
  while (at < script.length) {
    const character = script[at]!;
    const operator = OPERATORS.find((candidate) => script.startsWith(candidate, at));
    if (character === "'") {
      const end = script.indexOf("'", at + 1);
      if (end < 0) throw new ShellSyntaxError('syntax error: unterminated quoted string');
      add(script.slice(at + 1, end), false, true);
      at = end + 1;
    } else if (character === '"') {
      let text = '';
      for (at += 1; script[at] !== '"'; ) {
        if (at >= script.length) throw new ShellSyntaxError('syntax error: unterminated quoted string');
        if (script[at] === '\\' && '"\\$`'.includes(script[at + 1] ?? ' ')) {
          add(text, true, true);
          add(script[at + 1]!, false, true);
          text = '';
          at += 2;
        } else if (script.startsWith('$(', at)) {
          const end = closing(at + 1, '(', ')');
          text += script.slice(at, end);
          at = end;
        } else text += script[at++];
      }
      add(text, true, true);
      at += 1;
    } else if (character === '\\') {
      if (script[at + 1] !== '\n') add(script[at + 1] ?? '', false, true);
      at += 2;
    } else if (script.startsWith('$(', at) || script.startsWith('${', at)) {
      const end = script[at + 1] === '(' ? closing(at + 1, '(', ')') : closing(at + 1, '{', '}');
      add(script.slice(at, end), true, false);
      at = end;
    } else if (character === '#' && pieces === undefined) {
      while (at < script.length && script[at] !== '\n') at += 1;
    } else if (operator !== undefined) {
      // A digit straight before > or < names the stream: it belongs to the operator.
      const fd =
        pieces?.length === 1 && /^[012]$/.test(pieces[0]!.text) && !pieces[0]!.quoted && /[<>]/.test(operator) ? pieces[0]!.text : '';
      if (fd !== '') pieces = undefined;
      else flush();
      at += operator.length;
      if (operator.startsWith('>') && script[at] === '&') {
        tokens.push({ operator: `${fd}>&${script[at + 1] ?? ''}` });
        at += 2;
      } else tokens.push({ operator: fd + operator });
    } else if (character === ' ' || character === '\t' || character === '\r') {
      flush();
      at += 1;
    } else {
      let end = at + 1;
      while (end < script.length && !/[\s'"\\;|&<>()]/.test(script[end]!) && !script.startsWith('$(', end) && !script.startsWith('${', end))
        end += 1;
      add(script.slice(at, end), true, false);
      at = end;
    }
  }
  flush();
  return tokens;
}

/** Parses the part of the POSIX shell that Pods of labs use: lists, pipes, `!`, if, while, until, for, `{ }`, `( )` and redirections of simple commands. */
export function parseShell(script: string): ShellNode {
  const tokens = tokenize(script);
  let at = 0;
  const operatorAt = (): string | undefined => {
    const token = tokens[at];
    return token !== undefined && 'operator' in token ? token.operator : undefined;
  };
  const plain = (word: Word): string | undefined =>
    word.every(({ quoted }) => !quoted) ? word.map(({ text }) => text).join('') : undefined;
  const keywordAt = (): string | undefined => {
    const token = tokens[at];
    return token !== undefined && 'word' in token ? plain(token.word) : undefined;
  };
  const unexpected = (): ShellSyntaxError =>
    new ShellSyntaxError(`syntax error: unexpected ${at >= tokens.length ? 'end of file' : `"${operatorAt() ?? keywordAt() ?? 'word'}"`}`);
  const expectKeyword = (word: string): void => {
    if (keywordAt() !== word) throw unexpected();
    at += 1;
  };
  const skipNewlines = (): void => {
    while (operatorAt() === '\n') at += 1;
  };

  const list = (ends: readonly string[]): ShellNode => {
    const items: { node: ShellNode; join: '&&' | '||' | ';' }[] = [];
    let join: '&&' | '||' | ';' = ';';
    skipNewlines();
    while (at < tokens.length && !ends.includes(keywordAt() ?? '') && !(operatorAt() === ')' && ends.includes(')'))) {
      items.push({ node: pipe(), join });
      const operator = operatorAt();
      if (operator === '&&' || operator === '||') {
        join = operator;
        at += 1;
        skipNewlines();
        continue;
      }
      join = ';';
      if (operator === '&') throw new ShellSyntaxError('background jobs ("&") are not modelled');
      if (operator === ';' || operator === '\n') {
        at += 1;
        skipNewlines();
      } else break;
    }
    return { kind: 'list', items };
  };
  const pipe = (): ShellNode => {
    const isNegated = keywordAt() === '!';
    if (isNegated) at += 1;
    const parts = [command()];
    while (operatorAt() === '|') {
      at += 1;
      skipNewlines();
      parts.push(command());
    }
    const node: ShellNode = parts.length === 1 ? parts[0]! : { kind: 'pipe', parts };
    return isNegated ? { kind: 'not', node } : node;
  };
  const block = (open: string, close: string): ShellNode => {
    expectKeyword(open);
    const node = list([close]);
    expectKeyword(close);
    return node;
  };
  const command = (): ShellNode => {
    const keyword = keywordAt();
    if (operatorAt() === '(') {
      at += 1;
      const node = list([')']);
      if (operatorAt() !== ')') throw unexpected();
      at += 1;
      return node;
    }
    switch (keyword) {
      case '{':
        return block('{', '}');
      case 'while':
      case 'until': {
        at += 1;
        const test = list(['do']);
        return { kind: 'while', until: keyword === 'until', test, body: block('do', 'done') };
      }
      case 'for': {
        at += 1;
        const name = keywordAt();
        if (name === undefined) throw unexpected();
        at += 1;
        const words: Word[] = [];
        if (keywordAt() === 'in') {
          at += 1;
          for (let token = tokens[at]; token !== undefined && 'word' in token; token = tokens[at]) {
            words.push(token.word);
            at += 1;
          }
        }
        if (operatorAt() === ';') at += 1;
        skipNewlines();
        return { kind: 'for', name, words, body: block('do', 'done') };
      }
      case 'if': {
        const branches: { test: ShellNode; body: ShellNode }[] = [];
        do {
          at += 1;
          const test = list(['then']);
          expectKeyword('then');
          branches.push({ test, body: list(['elif', 'else', 'fi']) });
        } while (keywordAt() === 'elif');
        let otherwise: ShellNode | undefined;
        if (keywordAt() === 'else') {
          at += 1;
          otherwise = list(['fi']);
        }
        expectKeyword('fi');
        return { kind: 'if', branches, otherwise };
      }
      default:
        return simple();
    }
  };
  const simple = (): ShellNode => {
    const words: Word[] = [];
    const outputs: Redirection[] = [];
    let input: Word | undefined;
    for (;;) {
      const token = tokens[at];
      if (token === undefined) break;
      if ('word' in token) {
        words.push(token.word);
        at += 1;
        continue;
      }
      const redirection = token.operator.match(/^([012]?)(>>|>&.|>|<)$/);
      if (redirection === null) break;
      at += 1;
      const [, fd, operator] = redirection;
      if (operator!.startsWith('>&')) {
        if (fd === '2' && operator === '>&1') outputs.push({ stream: 'stderr', merge: true });
        else if (fd !== '2' && operator === '>&2') outputs.push({ stream: 'stdout', merge: true });
        continue;
      }
      const target = tokens[at];
      if (target === undefined || !('word' in target)) throw unexpected();
      at += 1;
      if (operator === '<') {
        input = target.word;
        continue;
      }
      outputs.push({ stream: fd === '2' ? 'stderr' : 'stdout', to: target.word, append: operator === '>>' });
    }
    if (words.length === 0 && outputs.length === 0) throw unexpected();
    return { kind: 'command', words, input, outputs };
  };

  const tree = list([]);
  if (at < tokens.length) throw unexpected();
  return tree;
}
