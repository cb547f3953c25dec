const KEPT = 4;
/** Small lists are encoded faster than they are looked up and kept. */
const LEAST_BYTES = 64 * 1024;

/** The bytes of the last large lists, as long as the store has not changed since: many clients that start together ask for the same. */
export class EncodedLists {
  readonly #bodies = new Map<string, { revision: number; body: Buffer }>();

  get(url: string, revision: number): Buffer | undefined {
    const known = this.#bodies.get(url);
    return known?.revision === revision ? known.body : undefined;
  }

  keep(url: string, revision: number, body: Buffer): void {
    if (body.length < LEAST_BYTES) return;
    this.#bodies.delete(url);
    this.#bodies.set(url, { revision, body });
    for (const [oldest] of this.#bodies) if (this.#bodies.size > KEPT) this.#bodies.delete(oldest);
  }
}
