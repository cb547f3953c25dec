import zlib from 'node:zlib';
import { headerDictionary } from './header-dictionary.ts';

export type SpdyHeaders = Record<string, string>;

/**
 * Header blocks of one connection. Each direction is one zlib stream for the connection's whole life, flushed after every
 * block, so blocks must be coded strictly in their order on the wire.
 */
export class HeaderCodec {
  readonly #inflate = zlib.createInflate({ dictionary: headerDictionary() });
  readonly #deflate = zlib.createDeflate({ dictionary: headerDictionary() });

  async decode(block: Buffer): Promise<SpdyHeaders> {
    const bytes = await pass(this.#inflate, block);
    let at = 0;
    const text = (): string => {
      const length = bytes.readUInt32BE(at);
      at += 4 + length;
      return bytes.toString('latin1', at - length, at);
    };
    const headers: SpdyHeaders = {};
    const count = bytes.readUInt32BE(0);
    at = 4;
    for (let i = 0; i < count; i++) headers[text().toLowerCase()] = text();
    return headers;
  }

  encode(headers: SpdyHeaders): Promise<Buffer> {
    const entries = Object.entries(headers);
    const parts: Buffer[] = [uint32(entries.length)];
    for (const text of entries.flat()) parts.push(uint32(Buffer.byteLength(text, 'latin1')), Buffer.from(text, 'latin1'));
    return pass(this.#deflate, Buffer.concat(parts));
  }

  close(): void {
    this.#inflate.close();
    this.#deflate.close();
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Writes `input` and resolves with all that comes out of a sync flush. */
function pass(stream: zlib.Inflate | zlib.Deflate, input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
    };
    const onError = (error: Error): void => {
      stream.off('data', onData);
      reject(error);
    };
    stream.on('data', onData);
    stream.once('error', onError);
    stream.write(input);
    stream.flush(zlib.constants.Z_SYNC_FLUSH, () => {
      stream.off('data', onData);
      stream.off('error', onError);
      resolve(Buffer.concat(chunks));
    });
  });
}
