/** Hands pushed items to one reader in order; ends after `end` has been called and all is read. */
export class WatchQueue<T> implements AsyncIterable<T> {
  #items: T[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  push(items: readonly T[]): void {
    if (this.#isEnded) return;
    if (this.#items.length === 0) this.#items = [...items]; else this.#items.push(...items);
    this.#wake?.();
  }

  /** What is not read yet is dropped. */
  end(): void {
    this.#isEnded = true;
    this.#items = [];
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (!this.#isEnded) {
      const items = this.#items;
      this.#items = [];
      for (const item of items) {
        if (this.#isEnded) return;
        yield item;
      }
      if (this.#items.length === 0 && !this.#isEnded) await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
  }
}
