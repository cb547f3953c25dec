import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { projectRoot, type Workplace } from './workplace.ts';

/** `canary-lab ARGS` in a process group of its own, to which signals are sent as a terminal sends Ctrl-C: to everybody in it. */
export class InterruptibleRun {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  output = '';

  constructor(args: readonly string[], place: Workplace, env: Record<string, string>, onLine: (line: string) => void = () => {}) {
    this.#child = spawn(process.execPath, [path.join(projectRoot, 'bin', 'canary-lab.js'), ...args], {
      cwd: place.folder,
      env: { ...place.environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#ended = once(this.#child, 'close').then(([code]: (number | null)[]) => code ?? null);
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.output += `${line}\n`;
      onLine(line);
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
  }

  signal(name: 'SIGINT' | 'SIGTERM'): void {
    try {
      process.kill(-this.#child.pid!, name);
    } catch {
      /* it has ended */
    }
  }

  get exitCode(): Promise<number | null> {
    return this.#ended;
  }

  /** The end of what it has printed, for the message of a failed test. */
  get tail(): string {
    return this.output.slice(-1500);
  }

  /** Presses Ctrl-C until the program has said `text`. */
  async pressUntilSaid(text: string): Promise<void> {
    await expect
      .poll(
        () => {
          if (!this.output.includes(text)) this.signal('SIGINT');
          return this.output;
        },
        { interval: 400, timeout: 60_000 },
      )
      .toContain(text);
  }
}
