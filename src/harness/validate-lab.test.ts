import { describe, expect, it } from 'vitest';
import { pods } from '../kube/resource-type.ts';
import { fieldCheck } from './checks/field-check.ts';
import { cmd, defineLab, type StepInput, step, timePasses } from './lab.ts';
import { labProblems } from './validate-lab.ts';

const text = { en: 'text', ko: '글' };
const aCheck = (id: string) =>
  fieldCheck({ id, title: text }, { resource: pods, key: { namespace: 'lab', name: 'web' }, path: ['status', 'phase'], equals: 'Running' });
const aStep = (over: Partial<StepInput> = {}) =>
  step({ id: 'one', title: text, say: text, run: [cmd('kubectl', ['get', 'pods'])], checks: [aCheck('c')], ...over });
const aLab = (over: object = {}) => ({ id: 'a-lab', title: text, summary: text, steps: [aStep()], ...over });

describe('labProblems', () => {
  it('finds nothing in a lab that is complete', () => {
    expect(labProblems(aLab())).toEqual([]);
  });

  it.each([
    ['a field it does not know', aLab({ colour: 'red' }), 'unknown field "colour"'],
    ['a missing Korean text', aLab({ title: { en: 'x' } }), 'title: the text in "ko" is missing'],
    ['an id with capitals', aLab({ id: 'A Lab' }), 'is not made of lower-case words'],
    ['a lab without steps', aLab({ steps: [] }), 'steps is empty or missing'],
    ['two steps of one id', aLab({ steps: [aStep(), aStep({ checks: [aCheck('d')] })] }), 'two steps have the id "one"'],
    ['two checks of one id', aLab({ steps: [aStep(), aStep({ id: 'two' })] }), 'two checks have the id "c"'],
    ['a step without checks', aLab({ steps: [aStep({ checks: [] })] }), 'it has no checks'],
    ['a check that is none', aLab({ steps: [aStep({ checks: [{} as never] })] }), 'something that is not a check'],
    ['a program that labs do not run', aLab({ steps: [aStep({ run: [cmd('rm' as never, ['-rf'])] })] }), 'cannot run "rm"'],
    ['an action that is none', aLab({ steps: [aStep({ run: ['kubectl get pods' as never] })] }), 'did not make'],
    ['a duration that is none', aLab({ steps: [aStep({ run: [timePasses('1d', { until: aCheck('u') })] })] }), '"1d" is not a duration'],
    ['a walk from nowhere', aLab({ walk: { from: 'two' } }), 'there is no step "two"'],
    ['something else', 42, 'not an object'],
  ])('names %s', (_, lab, problem) => {
    expect(labProblems(lab).join('\n')).toContain(problem);
  });

  it('lists everything that is wrong at once', () => {
    expect(() => defineLab({ ...aLab(), title: { en: '', ko: '' } } as never)).toThrow(
      /title: the text in "en" is missing\n.*title: the text in "ko" is missing/,
    );
  });
});
