import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../support/workplace.ts';
import { allCases, gaps } from './all-cases.ts';
import { parityPage } from './parity-page.ts';

it('has a case for every row of its lists', () => {
  expect(gaps()).toEqual([]);
});
it('tells of a row without a case', () => {
  expect(gaps(allCases, { more: { 'new/row': 'something' } })).toContain('row "new/row" has no case');
});
it('has more than 200 cases', () => {
  expect(allCases.length).toBeGreaterThan(200);
});
it('agrees with the page that was made of it', async () => {
  expect(await readFile(path.join(projectRoot, 'docs/parity/api.md'), 'utf8')).toBe(parityPage());
});
