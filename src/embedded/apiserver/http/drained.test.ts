import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { drained } from './drained.ts';

/** A stream that takes nothing until it is told to. */
function slow(): { stream: Writable; take(): void } {
  let taken: (() => void) | undefined;
  const stream = new Writable({
    highWaterMark: 1,
    write(_chunk, _encoding, done) {
      taken = done;
    },
  });
  return { stream, take: () => taken?.() };
}

it.each(['drain', 'close'])('resolves with the event %s, and leaves no listener', async (event) => {
  const { stream, take } = slow();
  for (let i = 0; i < 3; i++) {
    expect(stream.write('abc')).toBe(false);
    const waiting = drained(stream);
    if (event === 'drain') take();
    else stream.destroy();
    await waiting;
    expect([stream.listenerCount('drain'), stream.listenerCount('close')]).toEqual([0, 0]);
    if (event === 'close') break;
  }
});

it('does not wait for a stream that takes more, or is gone already', async () => {
  const { stream } = slow();
  await drained(stream);
  stream.write('abc');
  stream.destroy();
  await drained(stream);
});
