import { parseExpression } from './parse.ts';
import { ExpressionError } from './tokenize.ts';
import { typeName } from './values.ts';

const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** Whether `result` meets a success or failure condition. Throws `ExpressionError`; the result must be a boolean. */
export function evaluateCondition(text: string, result: unknown): boolean {
  const number = (value: unknown): number => {
    const parsed = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    if (Number.isNaN(parsed) && String(value).toLowerCase() !== 'nan')
      throw new ExpressionError(`strconv.ParseFloat: parsing ${JSON.stringify(String(value))}: invalid syntax`);
    return parsed;
  };
  const names = {
    result,
    asInt: (value: unknown) => Math.trunc(number(value)),
    asFloat: number,
    isNaN: (value: unknown) => Number.isNaN(value as number),
    isInf: (value: unknown) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY,
    // Upstream looks at the result whatever the argument is.
    isNil: () => isNothing(result),
    default: (_: unknown, fallback: unknown) => (isNothing(result) ? fallback : result),
  };
  const value = parseExpression(text)({ names });
  if (typeof value !== 'boolean') throw new ExpressionError(`expected bool, but got ${typeName(value)}`);
  return value;
}

/** The phase of one measurement. Throws `ExpressionError` with upstream's wording when a condition cannot be evaluated. */
export function assessResult(
  result: unknown,
  conditions: { successCondition?: string | undefined; failureCondition?: string | undefined },
): 'Successful' | 'Failed' | 'Inconclusive' {
  const check = (name: 'successCondition' | 'failureCondition'): boolean | undefined => {
    const text = conditions[name];
    if (!text) return undefined;
    try {
      return evaluateCondition(text, result);
    } catch (error) {
      const empty = isNothing(result) || (Array.isArray(result) && result.length === 0);
      throw new ExpressionError(
        `could not evaluate ${name} "${text}": ${empty ? 'metric result is nil or empty: no data returned from the metric provider' : (error as Error).message}`,
      );
    }
  };
  const success = check('successCondition');
  const failure = check('failureCondition');
  if (failure) return 'Failed';
  if (success) return 'Successful';
  if (success === undefined) return 'Successful';
  return failure === undefined ? 'Failed' : 'Inconclusive';
}
