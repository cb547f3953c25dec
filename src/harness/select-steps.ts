import { LabError } from '../base/errors.ts';
import type { Lab, Step } from './lab.ts';

/**
 * The steps from `from` to `until`, both included, by id or by number from 1. Throws `STEP_UNKNOWN` with the names that exist, and
 * `STEP_RANGE_EMPTY` when `from` comes after `until`.
 */
export function selectSteps(lab: Lab, from: string | undefined, until: string | undefined): readonly Step[] {
  const at = (id: string | undefined, otherwise: number): number => {
    if (id === undefined) return otherwise;
    const named = lab.steps.findIndex((step) => step.id === id);
    const index = named < 0 && /^[1-9]\d*$/.test(id) && Number(id) <= lab.steps.length ? Number(id) - 1 : named;
    if (index < 0)
      throw new LabError('STEP_UNKNOWN', `Lab "${lab.id}" has no step "${id}".`, {
        next: `Its steps are: ${lab.steps.map((step, index) => `${index + 1} ${step.id}`).join(', ')}`,
      });
    return index;
  };
  const [first, last] = [at(from, 0), at(until, lab.steps.length - 1)];
  if (first > last)
    throw new LabError('STEP_RANGE_EMPTY', `Step "${from}" comes after step "${until}" in lab "${lab.id}".`, {
      next: `Change their places: --from ${until} --until ${from}`,
    });
  return lab.steps.slice(first, last + 1);
}
