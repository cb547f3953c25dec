import { durationSeconds } from '../pause-duration.ts';
import { parseExpression } from './parse.ts';
import { ExpressionError } from './tokenize.ts';
import { typeName } from './values.ts';

/** The instant, in seconds since the epoch, of an expression such as `now() - duration("5m")`. Throws `ExpressionError`. */
export function evaluateTime(text: string, nowMs: number): number {
  const names = {
    now: () => nowMs / 1000,
    duration: (value: unknown) => {
      const seconds = durationSeconds(String(value));
      if (seconds < 0) throw new ExpressionError(`time: invalid duration "${String(value)}"`);
      return seconds;
    },
    date: (value: unknown) => {
      const ms = Date.parse(String(value));
      if (Number.isNaN(ms)) throw new ExpressionError(`invalid date ${String(value)}`);
      return ms / 1000;
    },
  };
  const value = parseExpression(text)({ names });
  if (typeof value !== 'number') throw new ExpressionError(`expected time.Time, but got ${typeName(value)}`);
  return value;
}
