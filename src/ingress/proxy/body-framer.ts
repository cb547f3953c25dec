import type { Framing } from './header-fields.ts';

const CR = 13;
const LF = 10;
const MAX_LINE = 4096;
const MAX_TRAILERS = 8192;

type State = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailer-start' | 'trailer' | 'trailer-lf' | 'end-lf';

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** Finds where a message body ends, over any split into chunks. `isDone` and `isBroken` say how it stands. */
export class BodyFramer {
  isDone: boolean;
  isBroken = false;
  /** Bytes of content so far, without chunk framing. */
  contentBytes = 0;
  readonly #isChunked: boolean;
  #remaining: number;
  #state: State = 'size';
  #digits = 0;
  #lineBytes = 0;
  #trailerBytes = 0;

  constructor(framing: Framing) {
    this.#isChunked = framing.kind === 'chunked';
    this.#remaining = framing.kind === 'length' ? framing.bytes : framing.kind === 'until-close' ? Number.POSITIVE_INFINITY : 0;
    this.isDone = !this.#isChunked && this.#remaining === 0;
  }

  /**
   * Reads on from `start` and returns the offset after the last byte that belongs to the body. `onContent` is told each run of
   * content, without framing.
   */
  feed(chunk: Buffer, start: number, onContent?: (from: number, to: number) => void): number {
    if (this.isDone || this.isBroken) return start;
    if (this.#isChunked) return this.#feedChunked(chunk, start, onContent);
    const end = start + Math.min(chunk.length - start, this.#remaining);
    this.#remaining -= end - start;
    this.contentBytes += end - start;
    if (end > start) onContent?.(start, end);
    this.isDone = this.#remaining === 0;
    return end;
  }

  #feedChunked(chunk: Buffer, start: number, onContent?: (from: number, to: number) => void): number {
    let at = start;
    while (at < chunk.length) {
      if (this.#state === 'data') {
        const end = Math.min(chunk.length, at + this.#remaining);
        onContent?.(at, end);
        this.contentBytes += end - at;
        this.#remaining -= end - at;
        at = end;
        if (this.#remaining === 0) this.#state = 'data-cr';
        continue;
      }
      if (!this.#step(chunk[at++]!)) {
        this.isBroken = true;
        return at;
      }
      if (this.isDone) return at;
    }
    return at;
  }

  #step(byte: number): boolean {
    switch (this.#state) {
      case 'size': {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          this.#remaining = this.#remaining * 16 + digit;
          this.#digits += 1;
          return this.#digits <= 12;
        }
        if (this.#digits === 0) return false;
        this.#lineBytes = 0;
        this.#state = byte === CR ? 'size-lf' : 'extension';
        return byte === CR || byte === 59;
      }
      case 'extension':
        if (byte === CR) {
          this.#state = 'size-lf';
          return true;
        }
        this.#lineBytes += 1;
        return (byte >= 32 || byte === 9) && byte !== 127 && this.#lineBytes <= MAX_LINE;
      case 'size-lf':
        this.#digits = 0;
        this.#state = this.#remaining > 0 ? 'data' : 'trailer-start';
        return byte === LF;
      case 'data-cr':
        this.#state = 'data-lf';
        return byte === CR;
      case 'data-lf':
        this.#state = 'size';
        return byte === LF;
      case 'trailer-start':
        this.#state = byte === CR ? 'end-lf' : 'trailer';
        this.#trailerBytes += 1;
        return byte === CR || (byte > 32 && byte !== 127 && byte !== 58);
      case 'trailer':
        this.#trailerBytes += 1;
        if (byte === CR) {
          this.#state = 'trailer-lf';
          return true;
        }
        return (byte >= 32 || byte === 9) && byte !== 127 && this.#trailerBytes <= MAX_TRAILERS;
      case 'trailer-lf':
        this.#state = 'trailer-start';
        return byte === LF;
      case 'end-lf':
        this.isDone = byte === LF;
        return byte === LF;
      case 'data':
        return false;
    }
  }
}
