import type { Socket } from 'node:net';
import { atEndOfTurn } from '../../base/clock.ts';

/**
 * Gathers what the sockets of one proxy have to send and sends it when all that had arrived has been read. Writing to a peer
 * that sleeps costs more than the write itself; written one after the other, many peers stay awake for what follows.
 */
export class WriteBatch {
  #waiting: SocketOutput[] = [];

  add(output: SocketOutput): void {
    if (this.#waiting.length === 0) atEndOfTurn(this.#flush);
    this.#waiting.push(output);
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const output of waiting) output.flush();
  };
}

/** The sending side of a socket. Bytes leave in the order of the calls. */
export class SocketOutput {
  readonly #socket: Socket;
  readonly #batch: WriteBatch;
  #head = '';
  #body: Buffer | undefined;

  constructor(socket: Socket, batch: WriteBatch) {
    this.#socket = socket;
    this.#batch = batch;
  }

  /** Sends a head (Latin-1) and what follows it in one piece at the end of the turn. */
  sendSoon(head: string, body?: Buffer): void {
    if (this.#head !== '') this.flush();
    this.#head = head;
    this.#body = body;
    this.#batch.add(this);
  }

  /** Sends now; false when the caller should pause until the socket drains. */
  send(data: Buffer | string): boolean {
    this.flush();
    return typeof data === 'string' ? this.#socket.write(data, 'latin1') : this.#socket.write(data);
  }

  /** Sends what waits for the end of the turn. */
  flush(): void {
    const head = this.#head;
    if (head === '') return;
    const body = this.#body;
    this.#head = '';
    this.#body = undefined;
    if (this.#socket.destroyed) return;
    if (body === undefined) {
      this.#socket.write(head, 'latin1');
      return;
    }
    const whole = Buffer.allocUnsafe(head.length + body.length);
    whole.write(head, 0, 'latin1');
    body.copy(whole, head.length);
    this.#socket.write(whole);
  }
}
