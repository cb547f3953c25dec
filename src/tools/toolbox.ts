import { access, constants } from 'node:fs/promises';
import { constants as osConstants } from 'node:os';
import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';
import { CLIENT_PACKAGE, npmCopy, PINNED_CLIENTS } from './npm-copy.ts';
import { installLine, type Program, type ProgramName } from './program.ts';

/** What a program that ended did. */
export interface CommandResult {
  /** As a person would type it: the program's name first. */
  argv: string[];
  /** 128 + signal number when a signal ended it. */
  exitCode: number;
  durationMs: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  signal?: AbortSignal | undefined;
  /** Called with each piece of output as it comes. */
  onOutput?: ((chunk: string, stream: 'stdout' | 'stderr') => void) | undefined;
  input?: string | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  timeoutMs?: number | undefined;
  /** Ctrl-C in the terminal does not reach the program: for what undoes things, which must come to its end. */
  isShielded?: boolean | undefined;
}

export interface ToolboxOptions {
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  /** Where programs from npm packages are unpacked: `.canary-lab/cache`. */
  cacheDirectory: string;
  workingDirectory: string;
  /** Added to every program's environment: KUBECONFIG, KUBECACHEDIR, HELM_*. */
  programEnv?: Readonly<Record<string, string>> | undefined;
  /** Folders put first in every program's PATH: the kubectl plugin. */
  pathFirst?: readonly string[] | undefined;
  /** Where programs may come from: `npm` ignores PATH, `path` ignores the npm copies. Default: PATH first, then npm. */
  sources?: 'npm' | 'path' | undefined;
  /** Called with each command line as it starts. */
  onStart?: ((argv: readonly string[]) => void) | undefined;
}

/** Finds client programs (PATH first, then npm copies) and runs them. Every program gets argv, never a shell string. */
export class Toolbox {
  readonly #options: ToolboxOptions;
  readonly #found = new Map<ProgramName, Promise<Program | undefined>>();

  constructor(options: ToolboxOptions) {
    this.#options = options;
  }

  /** A toolbox with more environment, sharing nothing but the options. */
  with(more: Pick<ToolboxOptions, 'programEnv' | 'pathFirst' | 'onStart'>): Toolbox {
    return new Toolbox({
      ...this.#options,
      ...(more.onStart === undefined ? {} : { onStart: more.onStart }),
      programEnv: { ...this.#options.programEnv, ...more.programEnv },
      pathFirst: [...(more.pathFirst ?? []), ...(this.#options.pathFirst ?? [])],
    });
  }

  /** Where the program is, or `undefined`. */
  find(name: ProgramName): Promise<Program | undefined> {
    let found = this.#found.get(name);
    if (found === undefined) this.#found.set(name, (found = this.#search(name)));
    return found;
  }

  /** As `find`, but throws `PROGRAM_MISSING` with the line that installs it. */
  async require(name: ProgramName): Promise<Program> {
    const program = await this.find(name);
    if (program === undefined) {
      throw new LabError('PROGRAM_MISSING', `"${name}" is neither on PATH nor in an npm package for ${process.platform}-${process.arch}.`, {
        next: `Install it: ${installLine(name, process.platform)}`,
      });
    }
    return program;
  }

  /** The environment that `run` gives to programs. */
  get environment(): Record<string, string> {
    const env = Object.fromEntries(Object.entries(this.#options.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
    return { ...env, ...this.#options.programEnv, PATH: [...(this.#options.pathFirst ?? []), env['PATH'] ?? ''].join(path.delimiter) };
  }

  /** Runs the program to its end; a failing exit code is a result, not an exception. Rejects with the signal's reason when aborted. */
  async run(name: ProgramName, args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const program = await this.require(name);
    const startMs = this.#options.clock.nowMs();
    this.#options.onStart?.([name, ...args]);
    let result = await this.#spawn(program, args, options);
    options.signal?.throwIfAborted();
    // A shielded program has its own session only a moment after it was forked: a Ctrl-C in that moment still ends it.
    if (options.isShielded === true && result.signal !== undefined && !result.timedOut) {
      result = await this.#spawn(program, args, options);
      options.signal?.throwIfAborted();
    }
    if (result.exitCode === undefined && result.signal === undefined && !result.timedOut) {
      throw new LabError('PROGRAM_BROKEN', `Cannot start ${program.path}: ${result.shortMessage}.`, {
        next: `Reinstall it: ${installLine(name, process.platform)}`,
      });
    }
    return {
      argv: [name, ...args],
      exitCode: result.exitCode ?? 128 + osConstants.signals[result.signal ?? 'SIGTERM'],
      durationMs: Math.round(this.#options.clock.nowMs() - startMs),
      stdout: result.stdout,
      stderr: result.timedOut ? `${result.stderr}\n(ended after ${options.timeoutMs} ms)` : result.stderr,
    };
  }

  async #spawn(program: Program, args: readonly string[], options: RunOptions) {
    // Imported here: a cluster's process runs no program and need not load it.
    const { execa } = await import('execa');
    // A program from npm is not on PATH: its folder is added, so that helm finds kubectl and kubectl its plugins.
    const environment = this.environment;
    const subprocess = execa(program.path, [...args], {
      cwd: this.#options.workingDirectory,
      env: { ...environment, ...options.env, PATH: `${environment['PATH']}${path.delimiter}${path.dirname(program.path)}` },
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      forceKillAfterDelay: 2000,
      // A session of its own; in Windows that would open a console window, and Ctrl-C is passed on in another way.
      detached: options.isShielded === true && process.platform !== 'win32',
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    if (options.onOutput !== undefined) {
      const { onOutput } = options;
      subprocess.stdout.on('data', (chunk: Buffer) => onOutput(chunk.toString(), 'stdout'));
      subprocess.stderr.on('data', (chunk: Buffer) => onOutput(chunk.toString(), 'stderr'));
    }
    return await subprocess;
  }

  async #search(name: ProgramName): Promise<Program | undefined> {
    if (this.#options.sources !== 'npm') {
      const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
      for (const folder of (this.#options.env['PATH'] ?? '').split(path.delimiter).filter((part) => part !== '')) {
        for (const file of names.map((candidate) => path.join(folder, candidate))) {
          if (
            await access(file, constants.X_OK).then(
              () => true,
              () => false,
            )
          )
            return { name, path: file, source: 'PATH' };
        }
      }
    }
    if (this.#options.sources === 'path') return undefined;
    const copy = await npmCopy(name, this.#options.cacheDirectory, CLIENT_PACKAGE, { env: this.#options.env, package: PINNED_CLIENTS });
    return copy === undefined ? undefined : { name, path: copy, source: 'npm' };
  }
}
