import type { LogOptions } from '../apiserver/node-agent.ts';
import { LineBuffer, type LogLine } from './line-buffer.ts';

const MAX_LINES = 20_000;
const MAX_BYTES = 4 * 2 ** 20;

/** The log of one run of a container: a bounded ring of whole lines that can be followed. */
export class ContainerLog {
  readonly #lines = new LineBuffer({ lines: MAX_LINES, bytes: MAX_BYTES });
  #isEnded = false;
  readonly #waiters = new Set<() => void>();

  append(atMs: number, text: string): void {
    if (text.includes('\n')) for (const line of text.replace(/\n$/, '').split('\n')) this.#lines.append(atMs, line);
    else this.#lines.append(atMs, text);
    if (this.#waiters.size > 0) this.#wake();
  }

  /** No line will follow. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  get size(): number {
    return this.#lines.size;
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
    const lines = this.#lines;
    let position = lines.end;
    const isRecent = ({ atMs }: LogLine): boolean => options.sinceMs === undefined || atMs >= options.nowMs - options.sinceMs;
    const tail = options.tailLines ?? Number.POSITIVE_INFINITY;
    const selected = [...lines.from(position - tail)].filter(isRecent);
    if (selected.length > 0) yield take(render(selected));
    while (options.follow && budget > 0 && !signal.aborted) {
      const fresh = [...lines.from(position)];
      position = lines.end;
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

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}

/** RFC 3339 with nine fraction digits, as the kubelet prefixes lines. */
function rfc3339Nano(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000000Z`;
}
