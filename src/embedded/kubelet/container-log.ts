import type { LogOptions } from '../apiserver/node-agent.ts';

export interface LogLine {
  atMs: number;
  text: string;
}

const MAX_LINES = 20_000;
const MAX_CHARACTERS = 4 * 2 ** 20;

/** The log of one run of a container: a bounded ring of whole lines that can be followed. */
export class ContainerLog {
  #lines: LogLine[] = [];
  #dropped = 0;
  #characters = 0;
  #isEnded = false;
  readonly #waiters = new Set<() => void>();

  append(atMs: number, text: string): void {
    for (const line of text.replace(/\n$/, '').split('\n')) {
      this.#lines.push({ atMs, text: line });
      this.#characters += line.length;
    }
    if (this.#lines.length > MAX_LINES * 1.25 || this.#characters > MAX_CHARACTERS * 1.25) this.#trim();
    this.#wake();
  }

  /** No line will follow. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  get size(): number {
    return this.#lines.length;
  }

  /** Text in chunks of whole lines; with `follow` until the log ends or the signal aborts. */
  async *read(options: LogOptions & { nowMs: number }, signal: AbortSignal): AsyncGenerator<string> {
    let budget = options.limitBytes ?? Number.POSITIVE_INFINITY;
    const render = (lines: readonly LogLine[]): string =>
      lines.map(({ atMs, text }) => `${options.timestamps ? `${rfc3339Nano(atMs)} ` : ''}${text}\n`).join('');
    const take = (text: string): string => {
      const bytes = Buffer.from(text);
      const taken = bytes.length <= budget ? text : bytes.subarray(0, budget).toString('utf8');
      budget -= bytes.length;
      return taken;
    };
    let selected = this.#lines.filter(({ atMs }) => options.sinceMs === undefined || atMs >= options.nowMs - options.sinceMs);
    let position = this.#dropped + this.#lines.length;
    if (options.tailLines !== undefined) selected = options.tailLines === 0 ? [] : selected.slice(-options.tailLines);
    if (selected.length > 0) yield take(render(selected));
    while (options.follow && budget > 0 && !signal.aborted) {
      const fresh = this.#lines.slice(Math.max(0, position - this.#dropped));
      position = this.#dropped + this.#lines.length;
      if (fresh.length > 0) yield take(render(fresh));
      else if (this.#isEnded) return;
      else await this.#changed(signal);
    }
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiters.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #trim(): void {
    let drop = Math.max(0, this.#lines.length - MAX_LINES);
    let characters = this.#characters;
    for (let index = 0; index < this.#lines.length && (index < drop || characters > MAX_CHARACTERS); index++) {
      characters -= this.#lines[index]!.text.length;
      drop = Math.max(drop, index + 1);
    }
    this.#characters = characters;
    this.#dropped += drop;
    this.#lines = this.#lines.slice(drop);
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}

/** RFC 3339 with nine fraction digits, as the kubelet prefixes lines. */
function rfc3339Nano(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000000Z`;
}
