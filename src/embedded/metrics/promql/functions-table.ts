import type { ValueType } from './expression.ts';

/** Argument types of a function; those from `required` on may be left out, `variadic` repeats the last. */
export interface Signature {
  args: readonly ValueType[];
  required: number;
  variadic?: boolean;
  returns: ValueType;
}

const vector = (...more: ValueType[]): Signature => ({
  args: ['instant vector', ...more],
  required: 1 + more.length,
  returns: 'instant vector',
});
const range: Signature = { args: ['range vector'], required: 1, returns: 'instant vector' };
const optionalVector: Signature = { args: ['instant vector'], required: 0, returns: 'instant vector' };
const nothing: Signature = { args: [], required: 0, returns: 'scalar' };
const named = (names: string, signature: Signature): [string, Signature][] => names.split(' ').map((name) => [name, signature]);

/** The functions of PromQL 2.48 that are modelled; everything else is refused by name. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ...named(
    'abs ceil floor exp ln log2 log10 sqrt sgn sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh deg rad absent sort sort_desc timestamp',
    vector(),
  ),
  ...named('clamp_min clamp_max', vector('scalar')),
  ...named('clamp', vector('scalar', 'scalar')),
  ...named('round', { args: ['instant vector', 'scalar'], required: 1, returns: 'instant vector' }),
  ...named('scalar', { ...vector(), returns: 'scalar' }),
  ...named('vector', { args: ['scalar'], required: 1, returns: 'instant vector' }),
  ...named('time pi', nothing),
  ...named('minute hour day_of_week day_of_month day_of_year days_in_month month year', optionalVector),
  ...named('histogram_quantile', { args: ['scalar', 'instant vector'], required: 2, returns: 'instant vector' }),
  ...named('label_replace', vector('string', 'string', 'string', 'string')),
  ...named('label_join', {
    args: ['instant vector', 'string', 'string', 'string'],
    required: 3,
    variadic: true,
    returns: 'instant vector',
  }),
  ...named(
    'rate irate increase delta idelta changes resets deriv avg_over_time min_over_time max_over_time sum_over_time count_over_time last_over_time present_over_time absent_over_time stddev_over_time stdvar_over_time',
    range,
  ),
  ...named('quantile_over_time', { args: ['scalar', 'range vector'], required: 2, returns: 'instant vector' }),
  ...named('predict_linear', { args: ['range vector', 'scalar'], required: 2, returns: 'instant vector' }),
]);
