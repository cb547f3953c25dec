import { deepFreeze } from './deep-freeze.ts';

/** One immutable object of the store with its JSON text, made at the first need and shared by every reader. */
export class StoredValue {
  /** Deep-frozen. */
  readonly object: object;
  #bytes: Buffer | undefined;

  constructor(object: object, bytes?: Buffer) {
    this.object = deepFreeze(object);
    this.#bytes = bytes;
  }

  /** UTF-8 JSON without a final newline. Callers must not write into it. */
  get bytes(): Buffer {
    return (this.#bytes ??= Buffer.from(JSON.stringify(this.object)));
  }
}
