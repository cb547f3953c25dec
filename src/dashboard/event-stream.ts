import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Timer } from '../base/clock.ts';

const KEEP_ALIVE_MS = 15_000;
/** A reader that falls this far behind is cut off; it comes back and gets the present state. */
const MAX_BEHIND_BYTES = 4_000_000;

/** Newline-separated JSON, or server-sent events for who asks for them: the framing of upstream's gateway. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #isEvents: boolean;
  readonly #fields: string[][] | undefined;
  #keepAlive: Timer | undefined;

  /** `fields` names the paths of an event that are wanted (`?fields=result.objectMeta.name,result.status`). */
  constructor(request: IncomingMessage, response: ServerResponse, fields: string | null, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
    this.#isEvents = (request.headers.accept ?? '').includes('text/event-stream');
    this.#fields = fields ? fields.split(',').map((path) => path.trim().split('.')) : undefined;
    response.writeHead(200, {
      'content-type': this.#isEvents ? 'text/event-stream' : 'application/json',
      'cache-control': 'no-cache, no-store',
      'x-content-type-options': 'nosniff',
    });
    response.flushHeaders();
    request.socket.setNoDelay(true);
    if (this.#isEvents) {
      response.write('retry: 500\n\n');
      this.#beat();
    }
  }

  readonly send = (json: string): void => {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    if (this.#response.writableLength > MAX_BEHIND_BYTES) {
      this.#response.destroy();
      return;
    }
    const text = this.#fields === undefined ? json : JSON.stringify(pruned(JSON.parse(json), this.#fields));
    this.#response.write(this.#isEvents ? `data: ${text}\n\n` : `${text}\n`);
  };

  /** No more events: the reader gets those that were sent, and then the end. */
  readonly end = (): void => {
    this.#response.end();
  };

  /** Runs `undo` when the reader has gone or the stream was ended here. */
  onEnd(undo: () => void): void {
    this.#response.once('close', () => {
      this.#keepAlive?.cancel();
      undo();
    });
  }

  #beat(): void {
    this.#keepAlive = this.#clock.after(KEEP_ALIVE_MS, () => {
      if (this.#response.destroyed || this.#response.writableEnded) return;
      this.#response.write(':\n\n');
      this.#beat();
    });
  }
}

/** The members of `value` on one of `paths`; arrays are walked through. */
export function pruned(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return value.map((item) => pruned(item, paths));
  if (typeof value !== 'object' || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const below = paths.filter((path) => path[0] === name).map((path) => path.slice(1));
    if (below.length > 0) kept[name] = pruned(member, below);
  }
  return kept;
}
