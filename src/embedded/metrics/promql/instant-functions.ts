import { executionError } from '../query-error.ts';
import { numberText } from './number-text.ts';

/** Functions of one value; the others arguments are scalars. `undefined` leaves the element out. */
export const INSTANT_FUNCTIONS: Readonly<Record<string, (value: number, first: number, second: number) => number | undefined>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sqrt: Math.sqrt,
  sgn: Math.sign,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  deg: (value) => (value * 180) / Math.PI,
  rad: (value) => (value * Math.PI) / 180,
  clamp: (value, least, most) => (most < least ? undefined : Math.max(least, Math.min(most, value))),
  clamp_min: (value, least) => Math.max(least, value),
  clamp_max: (value, most) => Math.min(most, value),
  round: (value, nearest) => Math.floor(value * (1 / nearest) + 0.5) / (1 / nearest),
  minute: (seconds) => dateOf(seconds)?.getUTCMinutes() ?? Number.NaN,
  hour: (seconds) => dateOf(seconds)?.getUTCHours() ?? Number.NaN,
  day_of_week: (seconds) => dateOf(seconds)?.getUTCDay() ?? Number.NaN,
  day_of_month: (seconds) => dateOf(seconds)?.getUTCDate() ?? Number.NaN,
  day_of_year(seconds) {
    const date = dateOf(seconds);
    return date === undefined ? Number.NaN : Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  },
  days_in_month(seconds) {
    const date = dateOf(seconds);
    return date === undefined ? Number.NaN : new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  },
  month: (seconds) => {
    const date = dateOf(seconds);
    return date === undefined ? Number.NaN : date.getUTCMonth() + 1;
  },
  year: (seconds) => dateOf(seconds)?.getUTCFullYear() ?? Number.NaN,
};

/** Functions of time that take the evaluation's time when called without an argument. */
export const DATE_FUNCTIONS: ReadonlySet<string> = new Set([
  'minute',
  'hour',
  'day_of_week',
  'day_of_month',
  'day_of_year',
  'days_in_month',
  'month',
  'year',
]);

/** `undefined` for NaN, whose date upstream leaves to the machine. */
function dateOf(seconds: number): Date | undefined {
  if (Number.isNaN(seconds)) return undefined;
  const date = new Date(Math.trunc(seconds) * 1000);
  if (Number.isNaN(date.getTime())) throw executionError(`a date ${numberText(seconds)} seconds from "1970" is not modelled`);
  return date;
}
