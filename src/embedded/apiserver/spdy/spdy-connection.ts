import { Duplex } from 'node:stream';
import { HeaderCodec, type SpdyHeaders } from './header-codec.ts';

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FLAG_FIN = 1;
const MAX_DATA = 32 * 1024;
/** A peer that announces more than this is broken: nothing that kubectl sends comes near. */
const MAX_FRAME = 1 << 20;

/** One stream that the client opened. Reading ends with the client's FIN; `end()` sends ours. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly #connection: SpdyConnection;

  constructor(id: number, headers: SpdyHeaders, connection: SpdyConnection) {
    super({ allowHalfOpen: true });
    this.id = id;
    this.headers = headers;
    this.#connection = connection;
  }

  override _read(): void {
    /* the connection pushes; kubectl's library knows no flow control */
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    for (let at = 0; at < chunk.length; at += MAX_DATA) this.#connection.sendData(this.id, chunk.subarray(at, at + MAX_DATA), false);
    this.#connection.whenDrained(done);
  }

  override _final(done: () => void): void {
    this.#connection.sendData(this.id, Buffer.alloc(0), true);
    done();
  }
}

/**
 * The server's side of a SPDY/3.1 connection, as kubectl speaks it for port-forward (and up to 1.29 for exec): the client
 * opens streams, headers are compressed, nobody limits the flow. `onStream` is called for each stream after its reply.
 */
export class SpdyConnection {
  readonly #socket: Duplex;
  readonly #codec = new HeaderCodec();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #onStream: (stream: SpdyStream) => void;
  #buffered: Buffer = Buffer.alloc(0);
  /** Frames are handled one after another, since header blocks share one zlib stream. */
  #tail: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;

  constructor(socket: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#socket = socket;
    this.#onStream = onStream;
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#end();
        resolve();
      });
    });
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => {
      void this.#tail.then(() => socket.end());
    });
  }

  sendData(streamId: number, data: Buffer, isLast: boolean): void {
    if (this.#isClosed) return;
    const head = Buffer.alloc(8);
    head.writeUInt32BE(streamId & 0x7fffffff, 0);
    head.writeUInt32BE(data.length, 4);
    head[4] = isLast ? FLAG_FIN : 0;
    this.#socket.write(data.length === 0 ? head : Buffer.concat([head, data]));
  }

  whenDrained(done: (error?: Error | null) => void): void {
    if (this.#isClosed) {
      done(new Error('the connection has ended'));
      return;
    }
    if (!this.#socket.writableNeedDrain) {
      done();
      return;
    }
    const finish = (): void => {
      this.#socket.off('drain', finish);
      this.#socket.off('close', finish);
      done();
    };
    this.#socket.once('drain', finish);
    this.#socket.once('close', finish);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    while (this.#buffered.length >= 8) {
      const length = this.#buffered.readUIntBE(5, 3);
      if (length > MAX_FRAME) {
        this.close();
        return;
      }
      if (this.#buffered.length < 8 + length) return;
      const frame = this.#buffered.subarray(0, 8 + length);
      this.#buffered = this.#buffered.subarray(8 + length);
      this.#tail = this.#tail.then(() => this.#handle(frame)).catch(() => this.close());
    }
  }

  async #handle(frame: Buffer): Promise<void> {
    if (this.#isClosed) return;
    const flags = frame[4]!;
    const body = frame.subarray(8);
    if ((frame[0]! & 0x80) === 0) {
      const stream = this.#streams.get(frame.readUInt32BE(0));
      if (stream === undefined) return;
      if (body.length > 0) stream.push(body);
      if (flags & FLAG_FIN) stream.push(null);
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case SYN_STREAM:
        return this.#open(body, (flags & FLAG_FIN) !== 0);
      case RST_STREAM:
        this.#streams.get(body.readUInt32BE(0) & 0x7fffffff)?.destroy();
        return;
      case PING:
        this.#socket.write(frame);
        return;
      case GOAWAY:
        this.#socket.end();
        return;
      default: // SETTINGS, HEADERS, WINDOW_UPDATE ask nothing of us.
    }
  }

  async #open(body: Buffer, isHalfClosed: boolean): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff;
    const stream = new SpdyStream(id, await this.#codec.decode(body.subarray(10)), this);
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    const block = await this.#codec.encode({});
    const reply = Buffer.alloc(12);
    reply.writeUInt16BE(0x8003, 0);
    reply.writeUInt16BE(SYN_REPLY, 2);
    reply.writeUInt32BE(4 + block.length, 4);
    reply.writeUInt32BE(id, 8);
    this.#socket.write(Buffer.concat([reply, block]));
    if (isHalfClosed) stream.push(null);
    this.#onStream(stream);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stream of this.#streams.values()) stream.destroy();
    void this.#tail.then(() => this.#codec.close());
  }
}
