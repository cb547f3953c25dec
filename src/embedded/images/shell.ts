import { messageOf } from '../../base/errors.ts';
import { ownValue, setOwnValue } from '../../base/own-value.ts';
import type { ExecIo } from './image-program.ts';
import { parseShell, type ShellNode, ShellSyntaxError, type Word } from './shell-syntax.ts';

/** Runs one program: the shell's way out to the utilities. */
export type RunProgram = (argv: readonly string[], io: ExecIo, env: Readonly<Record<string, string>>) => Promise<number>;

/** `exit`, `break` and `continue` leave the constructs around them. */
class Leave extends Error {
  readonly how: 'exit' | 'break' | 'continue';
  readonly status: number;
  constructor(how: 'exit' | 'break' | 'continue', status: number) {
    super(how);
    this.how = how;
    this.status = status;
  }
}

/** Gives the event loop a turn now and then, so that an endless loop of built-ins can be stopped. */
export type Breathe = () => Promise<void>;

/** The files that redirections reach. `write` throws where nothing can be written. */
export interface ShellFiles {
  read(path: string): string | undefined;
  write(path: string, content: string): void;
}

/** Runs a script and resolves with its exit status; 2 for a script it cannot read. Rejects with the signal's reason when that aborts. */
export async function runShell(
  script: string,
  positional: readonly string[],
  env: Readonly<Record<string, string>>,
  io: ExecIo,
  run: RunProgram,
  breathe: Breathe,
  files: ShellFiles,
): Promise<number> {
  const shell = new Shell(positional, env, run, breathe, files);
  try {
    return await shell.run(parseShell(script), io);
  } catch (error) {
    if (error instanceof ShellSyntaxError) {
      io.stderr(`sh: ${error.message}\n`);
      return 2;
    }
    if (error instanceof Leave) return error.status;
    throw error;
  }
}

class Shell {
  readonly #variables: Record<string, string>;
  readonly #positional: readonly string[];
  readonly #runProgram: RunProgram;
  readonly #breathe: Breathe;
  readonly #files: ShellFiles;
  #status = 0;

  constructor(positional: readonly string[], env: Readonly<Record<string, string>>, run: RunProgram, breathe: Breathe, files: ShellFiles) {
    this.#positional = positional;
    this.#variables = { ...env };
    this.#runProgram = run;
    this.#breathe = breathe;
    this.#files = files;
  }

  async run(node: ShellNode, io: ExecIo): Promise<number> {
    this.#status = await this.#node(node, io);
    return this.#status;
  }

  async #node(node: ShellNode, io: ExecIo): Promise<number> {
    io.signal.throwIfAborted();
    switch (node.kind) {
      case 'list': {
        let status = 0;
        for (const { node: item, join } of node.items) {
          if ((join === '&&' && status !== 0) || (join === '||' && status === 0)) continue;
          status = await this.run(item, io);
        }
        return status;
      }
      case 'not':
        return (await this.run(node.node, io)) === 0 ? 1 : 0;
      case 'pipe': {
        let input: string | undefined;
        let status = 0;
        for (const [index, part] of node.parts.entries()) {
          const piped: ExecIo = input === undefined ? io : { ...io, stdin: oneChunk(input) };
          if (index === node.parts.length - 1) return this.run(part, piped);
          const gathered = gather();
          status = await this.run(part, { ...piped, stdout: gathered.write });
          input = gathered.text();
        }
        return status;
      }
      case 'if':
        for (const { test, body } of node.branches) if ((await this.run(test, io)) === 0) return this.run(body, io);
        return node.otherwise === undefined ? 0 : this.run(node.otherwise, io);
      case 'while':
        return this.#loop(async () => ((await this.run(node.test, io)) === 0) !== node.until, node.body, io);
      case 'for': {
        const words = (await Promise.all(node.words.map((word) => this.#expand(word, io)))).flat();
        return this.#loop(
          async () => {
            const next = words.shift();
            if (next === undefined) return false;
            setOwnValue(this.#variables, node.name, next);
            return true;
          },
          node.body,
          io,
        );
      }
      case 'command':
        return this.#command(node, io);
    }
  }

  async #loop(goesOn: () => Promise<boolean>, body: ShellNode, io: ExecIo): Promise<number> {
    let status = 0;
    while (await goesOn()) {
      await this.#breathe();
      io.signal.throwIfAborted();
      try {
        status = await this.run(body, io);
      } catch (error) {
        if (!(error instanceof Leave) || error.how === 'exit') throw error;
        if (error.how === 'break') break;
      }
    }
    return status;
  }

  async #command(node: ShellNode & { kind: 'command' }, outer: ExecIo): Promise<number> {
    const io: ExecIo = { ...outer };
    for (const output of node.outputs) {
      if ('merge' in output) {
        io[output.stream] = output.stream === 'stderr' ? io.stdout : io.stderr;
        continue;
      }
      const path = (await this.#expand(output.to, outer)).join(' ');
      if (path === '/dev/null') {
        io[output.stream] = () => {};
        continue;
      }
      if (path === '/dev/stdout' || path === '/proc/1/fd/1') {
        io[output.stream] = outer.stdout;
        continue;
      }
      if (path === '/dev/stderr' || path === '/proc/1/fd/2') {
        io[output.stream] = outer.stderr;
        continue;
      }
      try {
        let content = output.append ? (this.#files.read(path) ?? '') : '';
        this.#files.write(path, content);
        io[output.stream] = (chunk) => {
          content += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
          this.#files.write(path, content);
        };
      } catch (error) {
        outer.stderr(`sh: can't create ${path}: ${messageOf(error)}\n`);
        return 1;
      }
    }
    if (node.input !== undefined) {
      const path = (await this.#expand(node.input, io)).join(' ');
      const content = path === '/dev/null' ? '' : this.#files.read(path);
      if (content === undefined) {
        io.stderr(`sh: can't open ${path}: no such file\n`);
        return 1;
      }
      io.stdin = oneChunk(content);
    }
    const assignments: Record<string, string> = {};
    let words = [...node.words];
    for (let first = words[0]; first !== undefined; first = words[0]) {
      const match = first[0]?.quoted === false ? first[0].text.match(/^([A-Za-z_]\w*)=(.*)$/s) : null;
      if (!match) break;
      const rest: Word = [{ text: match[2]!, expands: true, quoted: true }, ...first.slice(1).map((piece) => ({ ...piece, quoted: true }))];
      assignments[match[1]!] = (await this.#expand(rest, io)).join(' ');
      words = words.slice(1);
    }
    if (words.length === 0) {
      Object.assign(this.#variables, assignments);
      return 0;
    }
    const argv = (await Promise.all(words.map((word) => this.#expand(word, io)))).flat();
    const [name, ...args] = argv;
    switch (name) {
      case undefined:
      case ':':
        return 0;
      case 'exit':
        throw new Leave('exit', args[0] === undefined ? this.#status : Number(args[0]) & 255);
      case 'break':
      case 'continue':
        throw new Leave(name, 0);
      case 'set':
      case 'trap':
      case 'wait':
        return 0;
      case 'cd':
        return 0;
      case 'exec':
        return args.length === 0 ? 0 : this.#runProgram(args, io, this.#variables);
      case 'export':
        for (const arg of args) {
          const at = arg.indexOf('=');
          if (at > 0) setOwnValue(this.#variables, arg.slice(0, at), arg.slice(at + 1));
        }
        return 0;
      default:
        return this.#runProgram(argv, io, { ...this.#variables, ...assignments });
    }
  }

  /** Variables, `$(command)`, `$((sum))`; unquoted results are split at blanks. */
  async #expand(word: Word, io: ExecIo): Promise<string[]> {
    const fields: string[] = [''];
    let hasContent = false;
    for (const { text, expands, quoted } of word) {
      const value = expands ? await this.#substitute(text, io) : text;
      if (quoted || !expands || value === text) {
        fields[fields.length - 1] += value;
        hasContent ||= quoted || value !== '';
        continue;
      }
      const parts = value.split(/[ \t\n]+/);
      fields[fields.length - 1] += parts[0]!;
      fields.push(...parts.slice(1));
      hasContent ||= value.trim() !== '';
    }
    return hasContent ? fields.filter((field, index) => field !== '' || (index === 0 && fields.length === 1)) : [];
  }

  async #substitute(text: string, io: ExecIo): Promise<string> {
    let result = '';
    for (let rest = text; rest !== ''; ) {
      const dollar = rest.indexOf('$');
      if (dollar < 0) return result + rest;
      result += rest.slice(0, dollar);
      rest = rest.slice(dollar);
      if (rest.startsWith('$((')) {
        const end = rest.indexOf('))');
        result += String(
          arithmetic(rest.slice(3, end).replace(/\$?([A-Za-z_]\w*)/g, (_, name: string) => ownValue(this.#variables, name) ?? '0')),
        );
        rest = rest.slice(end + 2);
      } else if (rest.startsWith('$(')) {
        let depth = 0;
        let end = 1;
        for (; end < rest.length; end++)
          if (rest[end] === '(') depth += 1;
          else if (rest[end] === ')' && --depth === 0) break;
        const gathered = gather();
        await this.run(parseShell(rest.slice(2, end)), { ...io, stdout: gathered.write });
        result += gathered.text().replace(/\n+$/, '');
        rest = rest.slice(end + 1);
      } else {
        const match = rest.match(/^\$(?:\{([A-Za-z_]\w*|\d|[?#@*])(?::?-([^}]*))?\}|([A-Za-z_]\w*|\d|[?#@*]))/);
        if (!match) {
          result += '$';
          rest = rest.slice(1);
          continue;
        }
        const value = this.#variable((match[1] ?? match[3])!);
        result += value === undefined || value === '' ? (match[2] ?? '') : value;
        rest = rest.slice(match[0].length);
      }
    }
    return result;
  }

  #variable(name: string): string | undefined {
    if (name === '?') return String(this.#status);
    if (name === '#') return String(Math.max(0, this.#positional.length - 1));
    if (name === '@' || name === '*') return this.#positional.slice(1).join(' ');
    if (/^\d$/.test(name)) return this.#positional[Number(name)];
    return ownValue(this.#variables, name);
  }
}

/** Whole-number sums of + - * / % and parentheses. */
function arithmetic(text: string): number {
  const tokens = text.match(/\d+|[-+*/%()]/g) ?? [];
  let at = 0;
  const factor = (): number => {
    const token = tokens[at++];
    if (token === '(') {
      const value = sum();
      at += 1;
      return value;
    }
    if (token === '-') return -factor();
    return Number(token ?? 0);
  };
  const product = (): number => {
    let value = factor();
    for (let operator = tokens[at]; operator === '*' || operator === '/' || operator === '%'; operator = tokens[at]) {
      at += 1;
      const right = factor();
      value = operator === '*' ? value * right : Math.trunc(operator === '/' ? value / right : value % right);
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    for (let operator = tokens[at]; operator === '+' || operator === '-'; operator = tokens[at]) {
      at += 1;
      value += operator === '+' ? product() : -product();
    }
    return value;
  };
  return sum();
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function gather(): { write(chunk: Uint8Array | string): void; text(): string } {
  let text = '';
  return {
    write(chunk) {
      text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    },
    text: () => text,
  };
}
