import { deepFreeze } from './deep-freeze.ts';

/**
 * One immutable object of the store with its JSON text, made at the first need and shared by every reader. It may rest in one form:
 * `restAsObject` and `restAsText` are about memory and change nothing for readers.
 */
export class StoredValue {
  #object: object | undefined;
  #bytes: Buffer | undefined;

  constructor(object: object, bytes?: Buffer) {
    this.#object = deepFreeze(object);
    this.#bytes = bytes;
  }

  /** Deep-frozen. The same object at every reading, unless the value rests as text. */
  get object(): object {
    return this.#object ?? deepFreeze(JSON.parse(this.bytes.toString()) as object);
  }

  /** UTF-8 JSON without a final newline. Callers must not write into it. */
  get bytes(): Buffer {
    return (this.#bytes ??= Buffer.from(JSON.stringify(this.#object)));
  }

  /** Lets go of the text until somebody needs it again. */
  restAsObject(): void {
    if (this.#object !== undefined) this.#bytes = undefined;
  }

  /** Lets go of the object: each reader parses one of its own from then on. For what is seldom read and of which there are many. */
  restAsText(): void {
    this.#bytes ??= Buffer.from(JSON.stringify(this.#object));
    this.#object = undefined;
  }
}
