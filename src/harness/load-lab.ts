import { access } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { LabError, messageOf } from '../base/errors.ts';
import type { Lab } from './lab.ts';
import { validateLab } from './validate-lab.ts';

/**
 * The lab that a file exports as its default. Throws `LAB_NOT_FOUND`, `LAB_UNREADABLE` (it cannot be imported: a syntax
 * error, a missing module) or `LAB_INVALID`.
 */
export async function loadLab(file: string): Promise<Lab> {
  const shown = path.relative('.', file) || file;
  if (
    !(await access(file).then(
      () => true,
      () => false,
    ))
  )
    throw new LabError('LAB_NOT_FOUND', `There is no lab file "${shown}".`, { next: 'List the labs with "canary-lab list".' });
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError('LAB_UNREADABLE', `Cannot read the lab file "${shown}": ${messageOf(error)}`, {
      cause: error,
      next: 'Correct the file; labs/README.md shows a small lab that works.',
    });
  }
  if (module.default === undefined)
    throw new LabError('LAB_INVALID', `The lab file "${shown}" has no default export.`, {
      next: 'End it with "export default defineLab({ … })".',
    });
  validateLab(module.default);
  return module.default as Lab;
}
