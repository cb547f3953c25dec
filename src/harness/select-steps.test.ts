import { expect, it } from 'vitest';
import { namespaces } from '../kube/resource-type.ts';
import { fieldCheck } from './checks/field-check.ts';
import { defineLab, type Lab, step } from './lab.ts';
import { selectSteps } from './select-steps.ts';

const text = { en: 'A text', ko: '글' };
const labOf = (...ids: string[]): Lab =>
  defineLab({
    id: 'a-lab',
    title: text,
    summary: text,
    steps: ids.map((id) => {
      const check = fieldCheck(
        { id: `${id}-check`, title: text },
        { resource: namespaces, key: { name: 'x' }, path: ['kind'], equals: '' },
      );
      return step({ id, title: text, say: text, run: [], checks: [check] });
    }),
  });
const lab = labOf('one', 'two', 'three');
const selected = (from: string | undefined, until: string | undefined, of = lab): string[] =>
  selectSteps(of, from, until).map(({ id }) => id);

it('takes both ends, and the ends of the lab where none is named', () => {
  expect(selected('one', 'two')).toEqual(['one', 'two']);
  expect(selected('two', undefined)).toEqual(['two', 'three']);
  expect(selected(undefined, 'two')).toEqual(['one', 'two']);
  expect(selected(undefined, undefined)).toEqual(['one', 'two', 'three']);
});

it('takes the number of a step for its id, and an id before a number', () => {
  expect(selected('2', '3')).toEqual(['two', 'three']);
  expect(selected('1', undefined, labOf('one', '1'))).toEqual(['1']);
  for (const number of ['0', '4', '-1', '1.5']) expect(() => selectSteps(lab, number, undefined)).toThrow(`no step "${number}"`);
});

it('names the steps that exist when one does not', () => {
  expect(() => selectSteps(lab, 'four', undefined)).toThrow(
    expect.objectContaining({ code: 'STEP_UNKNOWN', next: 'Its steps are: 1 one, 2 two, 3 three' }),
  );
});

it('refuses a first step that comes after the last one, and says how it was meant', () => {
  expect(() => selectSteps(lab, 'three', 'one')).toThrow(
    expect.objectContaining({ code: 'STEP_RANGE_EMPTY', next: 'Change their places: --from one --until three' }),
  );
});
