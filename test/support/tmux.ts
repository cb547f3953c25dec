import { execa } from 'execa';
import { hostClock } from '../../src/base/clock.ts';
import { messageOf } from '../../src/base/errors.ts';
import { poll } from '../../src/base/poll.ts';

export const hasTmux = (await execa('tmux', ['-V'], { reject: false })).exitCode === 0;

/** A terminal with two panes, as a learner has it: the lab in one, a shell in the other. */
export class TwoPanes {
  readonly #socket: string;
  /** A new pane has the environment of the client that asks for it. */
  readonly #env: Record<string, string>;

  private constructor(socket: string, env: Record<string, string>) {
    this.#socket = socket;
    this.#env = env;
  }

  /** `command` runs in pane 0 (179 by 100 unless told), a plain shell in pane 1; both start in `folder` with `env` and nothing else. */
  static async open(
    command: readonly string[],
    options: { folder: string; env: Record<string, string>; columns?: number; rows?: number },
  ): Promise<TwoPanes> {
    const width = (options.columns ?? 179) + 61;
    const panes = new TwoPanes(`walk-${process.pid}-${Math.round(hostClock.nowMs())}`, options.env);
    const words = command.map((word) => `'${word}'`).join(' ');
    await panes.#tmux([
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(width),
      '-y',
      String(options.rows ?? 100),
      '-c',
      options.folder,
      'sh',
    ]);
    await panes.#tmux(['set-option', '-g', 'history-limit', '20000']);
    await panes.#tmux(['set-option', '-g', 'remain-on-exit', 'on']);
    await panes.#tmux(['split-window', '-h', '-l', '60', '-c', options.folder, 'sh']);
    // Panes that were made before the option keep the old limit: the lab gets a new one.
    await panes.#tmux(['respawn-pane', '-k', '-t', '0', '-c', options.folder, words]);
    return panes;
  }

  async type(pane: 0 | 1, text: string): Promise<void> {
    await this.#tmux(['send-keys', '-t', String(pane), '-l', text]);
  }
  async press(pane: 0 | 1, key: string): Promise<void> {
    await this.#tmux(['send-keys', '-t', String(pane), key]);
  }

  /** Everything that the pane has shown, long lines joined. */
  async screen(pane: 0 | 1): Promise<string> {
    return (await this.#tmux(['capture-pane', '-p', '-J', '-S', '-', '-t', String(pane)])).replace(/[ \t]+$/gm, '');
  }

  /** Resolves when the pane's program has ended. */
  async ended(pane: 0 | 1): Promise<void> {
    const isDead = async (): Promise<string> => (await this.#tmux(['display-message', '-p', '-t', String(pane), '#{pane_dead}'])).trim();
    await poll(
      isDead,
      { until: (text) => text === '1', everyMs: 60, timeoutMs: 60_000, what: `the program of pane ${pane} to end` },
      { clock: hostClock },
    );
  }

  /** Resolves with the screen when it shows `wanted`. */
  async shows(pane: 0 | 1, wanted: RegExp, timeoutMs = 60_000): Promise<string> {
    try {
      return await this.#shows(pane, wanted, timeoutMs);
    } catch (error) {
      throw new Error(
        `${messageOf(error)}\n--- pane 0\n${(await this.screen(0)).trim().slice(-1500)}\n--- pane 1\n${(await this.screen(1)).trim().slice(-1500)}`,
        { cause: error },
      );
    }
  }

  #shows(pane: 0 | 1, wanted: RegExp, timeoutMs: number): Promise<string> {
    return poll(
      () => this.screen(pane),
      { until: (text) => wanted.test(text), everyMs: 60, timeoutMs, what: `pane ${pane} to show ${wanted}` },
      { clock: hostClock, signal: new AbortController().signal },
    );
  }

  async close(): Promise<void> {
    await execa('tmux', ['-L', this.#socket, 'kill-server'], { reject: false });
  }

  async #tmux(args: readonly string[]): Promise<string> {
    const { stdout } = await execa('tmux', ['-L', this.#socket, ...args], { env: this.#env, extendEnv: false });
    return stdout;
  }
}
