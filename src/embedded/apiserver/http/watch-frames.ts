import { atEndOfTurn } from '../../../base/clock.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import type { ObjectEvent } from '../verbs/watch-objects.ts';

const CRLF = '\r\n';

/** One chunk of a chunked message (RFC 9112 7.1) with these pieces in it. */
export function chunkOf(...pieces: readonly (Buffer | string)[]): Buffer {
  let content = 0;
  for (const piece of pieces) content += piece.length;
  const size = content.toString(16) + CRLF;
  const chunk = Buffer.allocUnsafe(size.length + content + 2);
  let at = chunk.write(size, 0, 'latin1');
  for (const piece of pieces) at += typeof piece === 'string' ? chunk.write(piece, at, 'latin1') : piece.copy(chunk, at);
  chunk.write(CRLF, at, 'latin1');
  return chunk;
}

/** The chunks that a watch sends for its events. All watchers of an event are told in one turn, so its bytes are made once and shared. */
export class WatchFrames {
  readonly #frames = new Map<StoredValue, { type: ObjectEvent['type']; frame: Buffer }>();

  frameOf(type: ObjectEvent['type'], value: StoredValue): Buffer {
    const known = this.#frames.get(value);
    if (known?.type === type) return known.frame;
    const frame = chunkOf(`{"type":"${type}","object":`, value.bytes, '}\n');
    if (this.#frames.size === 0) atEndOfTurn(() => this.#frames.clear());
    this.#frames.set(value, { type, frame });
    return frame;
  }
}
