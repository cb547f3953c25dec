import { atEndOfTurn, type Clock } from '../../base/clock.ts';

/** The time of a clock, read once in a turn of the event loop, as NGINX does: a request asks for it about ten times. */
export function oncePerTurn(clock: Pick<Clock, 'nowMs'>): () => number {
  let nowMs: number | undefined;
  const forget = (): void => {
    nowMs = undefined;
  };
  return () => {
    if (nowMs === undefined) {
      nowMs = clock.nowMs();
      atEndOfTurn(forget);
    }
    return nowMs;
  };
}
