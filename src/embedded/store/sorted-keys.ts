/** The keys of one part of the store in order, with prefix search. */
export class SortedKeys {
  readonly #keys: string[] = [];

  get size(): number { return this.#keys.length; }

  add(key: string): void {
    const at = this.#firstNotBefore(key);
    if (this.#keys[at] !== key) this.#keys.splice(at, 0, key);
  }

  remove(key: string): void {
    const at = this.#firstNotBefore(key);
    if (this.#keys[at] === key) this.#keys.splice(at, 1);
  }

  /** The positions [from, to) of the keys that start with `prefix` and come after `startAfter`. */
  range(prefix: string, startAfter?: string): { from: number; to: number } {
    const to = this.#firstNotBefore(`${prefix}\uffff`);
    let from = this.#firstNotBefore(prefix);
    if (startAfter !== undefined) {
      const after = this.#firstNotBefore(startAfter);
      from = Math.max(from, this.#keys[after] === startAfter ? after + 1 : after);
    }
    return { from, to: Math.max(from, to) };
  }

  at(position: number): string { return this.#keys[position]!; }

  #firstNotBefore(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle]! < key) low = middle + 1; else high = middle;
    }
    return low;
  }
}
