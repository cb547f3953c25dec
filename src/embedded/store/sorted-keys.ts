/** Keys of one chunk at most; a full one is halved. */
const CHUNK = 512;

/** The keys of one part of the store in order, with prefix search. Kept in chunks, so that a new key moves few others. */
export class SortedKeys {
  readonly #chunks: string[][] = [[]];
  /** Position of the first key of each chunk; made anew when it is asked for after a change. */
  #starts: number[] | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: string): void {
    const chunkAt = this.#chunkOf(key);
    const chunk = this.#chunks[chunkAt]!;
    const at = firstNotBefore(chunk, key);
    if (chunk[at] === key) return;
    chunk.splice(at, 0, key);
    this.#size += 1;
    this.#starts = undefined;
    if (chunk.length > CHUNK) this.#chunks.splice(chunkAt + 1, 0, chunk.splice(CHUNK / 2));
  }

  remove(key: string): void {
    const chunkAt = this.#chunkOf(key);
    const chunk = this.#chunks[chunkAt]!;
    const at = firstNotBefore(chunk, key);
    if (chunk[at] !== key) return;
    chunk.splice(at, 1);
    this.#size -= 1;
    this.#starts = undefined;
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(chunkAt, 1);
  }

  /** The positions [from, to) of the keys that start with `prefix` and come after `startAfter`. */
  range(prefix: string, startAfter?: string): { from: number; to: number } {
    const to = this.#positionOf(`${prefix}\uffff`);
    let from = this.#positionOf(prefix);
    if (startAfter !== undefined) {
      const after = this.#positionOf(startAfter);
      from = Math.max(from, after < this.#size && this.at(after) === startAfter ? after + 1 : after);
    }
    return { from, to: Math.max(from, to) };
  }

  at(position: number): string {
    const starts = this.#chunkStarts();
    const chunkAt = lastNotAfter(starts, position);
    return this.#chunks[chunkAt]![position - starts[chunkAt]!]!;
  }

  /** The chunk that holds the key or would take it: the last one that does not begin after it. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#chunks[middle]![0]! <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #positionOf(key: string): number {
    const chunkAt = this.#chunkOf(key);
    return this.#chunkStarts()[chunkAt]! + firstNotBefore(this.#chunks[chunkAt]!, key);
  }

  #chunkStarts(): number[] {
    if (this.#starts !== undefined) return this.#starts;
    let position = 0;
    return (this.#starts = this.#chunks.map(({ length }) => {
      const start = position;
      position += length;
      return start;
    }));
  }
}

function firstNotBefore(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lastNotAfter(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (starts[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
