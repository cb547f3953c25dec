/** Hands pushed items to one reader in order; ends when told to. */
export class ItemQueue<T> implements AsyncIterable<T> {
  #items: T[] = [];
  #isEnded = false;
  #isFinished = false;
  #wake: (() => void) | undefined;

  push(items: readonly T[]): void {
    if (this.#isEnded || this.#isFinished) return;
    if (this.#items.length === 0) this.#items = [...items];
    else this.#items.push(...items);
    this.#wake?.();
  }

  /** Ends after what was pushed has been read. */
  finish(): void {
    this.#isFinished = true;
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
      if (this.#items.length > 0 || this.#isEnded) continue;
      if (this.#isFinished) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
