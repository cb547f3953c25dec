export interface LogLine {
  atMs: number;
  text: string;
}

interface Chunk {
  bytes: Buffer;
  used: number;
  lines: number;
}

/** Time as a double, length as a whole number. */
const ENTRY_HEAD = 12;
const MIN_CHUNK = 1024;
const MAX_CHUNK = 65_536;

/**
 * The newest lines of a log, as bytes in chunks that grow with the log. Lines that are kept as strings make every collection of
 * garbage copy thousands of them, which an ingress controller's clients would feel as pauses.
 */
export class LineBuffer {
  readonly #limits: { lines: number; bytes: number };
  #chunks: Chunk[] = [];
  #dropped = 0;
  #lines = 0;
  #bytes = 0;

  /** Whole chunks are dropped once what follows them reaches a limit. */
  constructor(limits: { lines: number; bytes: number }) {
    this.#limits = limits;
  }

  /** How many lines are kept. */
  get size(): number {
    return this.#lines;
  }
  /** The position of the first line that is kept: how many were dropped before it. */
  get start(): number {
    return this.#dropped;
  }
  /** The position that the next line will have. */
  get end(): number {
    return this.#dropped + this.#lines;
  }

  append(atMs: number, line: string): void {
    const chunk = this.#chunkFor(ENTRY_HEAD + line.length * 3);
    const { bytes, used } = chunk;
    const length = bytes.write(line, used + ENTRY_HEAD, 'utf8');
    bytes.writeDoubleLE(atMs, used);
    bytes.writeUInt32LE(length, used + 8);
    chunk.used += ENTRY_HEAD + length;
    chunk.lines += 1;
    this.#lines += 1;
    this.#bytes += ENTRY_HEAD + length;
  }

  /** The lines from a position on; from the first that is kept when that one is gone. */
  *from(position: number): Generator<LogLine> {
    let at = this.#dropped;
    for (const { bytes, used, lines } of [...this.#chunks]) {
      if (at + lines <= position) {
        at += lines;
        continue;
      }
      for (let offset = 0; offset < used; at++) {
        const textStart = offset + ENTRY_HEAD;
        const next = textStart + bytes.readUInt32LE(offset + 8);
        if (at >= position) yield { atMs: bytes.readDoubleLE(offset), text: bytes.toString('utf8', textStart, next) };
        offset = next;
      }
    }
  }

  #chunkFor(need: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.used + need <= last.bytes.length) return last;
    const free = this.#trim();
    const size = Math.max(need, Math.min(MAX_CHUNK, Math.max(MIN_CHUNK, (last?.bytes.length ?? 0) * 2)));
    const chunk = { bytes: free?.length === size ? free : Buffer.allocUnsafeSlow(size), used: 0, lines: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }

  /** Drops what is too old; gives the last bytes that became free. */
  #trim(): Buffer | undefined {
    const { lines, bytes } = this.#limits;
    let free: Buffer | undefined;
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      if (this.#lines - first.lines < lines && this.#bytes - first.used < bytes) break;
      this.#chunks.shift();
      this.#lines -= first.lines;
      this.#bytes -= first.used;
      this.#dropped += first.lines;
      free = first.bytes;
    }
    return free;
  }
}
