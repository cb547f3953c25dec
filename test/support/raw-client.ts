import { connect, type TLSSocket } from 'node:tls';

/** An answer; `type` is its media type, `stream` for one whose length is not told. */
export interface RawReply {
  code: number;
  body: string;
  type: string;
}

/** One TLS connection to a server on this machine that sends raw bytes and reads whole answers. */
export class RawClient {
  readonly #socket: TLSSocket;
  #received = Buffer.alloc(0);
  #wake: () => void = () => {};
  isClosed = false;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
    socket.on('error', () => {});
  }

  static async open(server: { url: string; ca: string }): Promise<RawClient> {
    const socket = connect({
      host: '127.0.0.1',
      port: Number(new URL(server.url).port),
      ca: server.ca,
      servername: 'localhost',
    });
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  send(bytes: string | Buffer): void {
    if (!this.isClosed) this.#socket.write(bytes);
  }
  close(): void {
    this.#socket.destroy();
  }

  /** The next answer; `undefined` when the server closed the connection without one. */
  async reply(hasBody = true): Promise<RawReply | undefined> {
    for (;;) {
      const parsed = this.#parse(hasBody);
      if (parsed !== undefined) return parsed;
      if (this.isClosed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #parse(hasBody: boolean): RawReply | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = this.#received.subarray(0, end).toString('latin1');
    const code = Number(head.slice(9, 12));
    const length = head.match(/^content-length: (\d+)$/im)?.[1];
    const isChunked = /^transfer-encoding: chunked$/im.test(head);
    const type = head.match(/^content-type: (.*)$/im)?.[1] ?? '';
    const rest = this.#received.subarray(end + 4);
    if (isChunked) {
      // A stream: its first piece tells all that is asked here.
      this.#received = Buffer.alloc(0);
      this.close();
      return { code, body: '', type: 'stream' };
    }
    if (!hasBody) return { code, body: '', type };
    if (rest.length < Number(length ?? 0)) return undefined;
    this.#received = rest.subarray(Number(length ?? 0));
    return { code, body: rest.subarray(0, Number(length ?? 0)).toString(), type };
  }
}
