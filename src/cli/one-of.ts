import { LabError } from '../base/errors.ts';

/** The value of an option that takes one of a few words. Throws `BAD_OPTION` (exit 2). */
export function oneOf<const T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined)
    throw new LabError('BAD_OPTION', `${option} is "${value}", which is not one of: ${allowed.join(', ')}.`, {
      next: `Give ${option} one of these values.`,
    });
  return found;
}
