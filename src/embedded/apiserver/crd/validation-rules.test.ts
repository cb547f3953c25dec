import { describe, expect, it } from 'vitest';
import type { StructuralSchema } from './structural-schema.ts';
import { ValidationRules } from './validation-rules.ts';

const spec = (properties: StructuralSchema['properties'], rules: StructuralSchema['x-kubernetes-validations']): StructuralSchema => ({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      ...(properties === undefined ? {} : { properties }),
      ...(rules === undefined ? {} : { 'x-kubernetes-validations': rules }),
    },
  },
});
const broken = (schema: StructuralSchema, value: object, old?: object): string[] =>
  new ValidationRules(schema)
    .check({ spec: value }, old === undefined ? undefined : { spec: old }, old === undefined ? 'value' : 'change')
    .map((error) => `${error.field}: ${error.message}`);
const INTEGER: StructuralSchema = { type: 'integer' };

describe('CEL rules of a definition', () => {
  const limits = spec({ min: INTEGER, max: INTEGER }, [{ rule: 'self.min <= self.max', message: 'min must not exceed max' }]);
  it('tell their message where they do not hold', () => {
    expect(broken(limits, { min: 3, max: 2 })).toEqual(['spec: Invalid value: "object": min must not exceed max']);
    expect(broken(limits, { min: 2, max: 2 })).toEqual([]);
  });
  it('name the rule when it has no message', () => {
    expect(broken(spec({}, [{ rule: 'false' }]), {})).toEqual(['spec: Invalid value: "object": failed rule: false']);
  });
  it('reckon with whole numbers', () => {
    expect(broken(spec({ min: INTEGER }, [{ rule: 'self.min + 1 == 4' }]), { min: 3 })).toEqual([]);
  });
  it('make their message from an expression', () => {
    expect(broken(spec({ min: INTEGER }, [{ rule: 'self.min > 5', messageExpression: '"is " + string(self.min)' }]), { min: 3 })).toEqual([
      'spec: Invalid value: "object": is 3',
    ]);
  });
  it('tell of the field and the reason that they name', () => {
    expect(
      broken(spec({ min: INTEGER }, [{ rule: 'false', reason: 'FieldValueForbidden', fieldPath: '.min', message: 'no' }]), { min: 3 }),
    ).toEqual(['spec.min: Forbidden: no']);
  });
  it('are an error where a field that they read is missing', () => {
    expect(broken(limits, { min: 3 })).toEqual([
      'spec: Invalid value: "object": no such key: max evaluating rule: min must not exceed max',
    ]);
  });
  it('hold for every element of lists and maps', () => {
    const schema = spec(
      {
        names: {
          type: 'array',
          items: { type: 'string', 'x-kubernetes-validations': [{ rule: "self.startsWith('a')", message: 'starts with a' }] },
        },
      },
      undefined,
    );
    expect(broken(schema, { names: ['ab', 'ba'] })).toEqual(['spec.names[1]: Invalid value: "string": starts with a']);
  });
  it('that name oldSelf hold for changes only', () => {
    const schema = spec(
      { owner: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is fixed' }] } },
      undefined,
    );
    expect([broken(schema, { owner: 'a' }), broken(schema, { owner: 'a' }, { owner: 'b' }), broken(schema, { owner: 'a' }, {})]).toEqual([
      [],
      ['spec.owner: Invalid value: "string": is fixed'],
      [],
    ]);
  });
  it('compare elements of a keyed list by their key', () => {
    const schema = spec(
      {
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            properties: { name: { type: 'string' }, port: INTEGER },
            'x-kubernetes-validations': [{ rule: 'self.port >= oldSelf.port', message: 'only grows' }],
          },
        },
      },
      undefined,
    );
    const before = {
      ports: [
        { name: 'a', port: 2 },
        { name: 'b', port: 1 },
      ],
    };
    expect(
      broken(
        schema,
        {
          ports: [
            { name: 'b', port: 1 },
            { name: 'a', port: 1 },
          ],
        },
        before,
      ),
    ).toEqual(['spec.ports[1]: Invalid value: "object": only grows']);
  });
  it('that cannot be evaluated are named with their path', () => {
    expect(
      new ValidationRules(spec({}, [{ rule: 'quantity(self.cpu).isGreaterThan(quantity("1"))' }, { rule: 'true' }])).unmodelled(),
    ).toEqual([{ path: 'spec', rule: 'quantity(self.cpu).isGreaterThan(quantity("1"))' }]);
  });
  it('match in a time that grows with the text and not faster', () => {
    const schema = spec({ name: { type: 'string' }, pattern: { type: 'string' } }, [
      { rule: "self.name.matches('^(a+)+$')", message: 'only a' },
      { rule: '[self.name].exists(name, matches(name, self.pattern))', message: 'as the pattern' },
    ]);
    const name = 'a'.repeat(5_000);
    expect(broken(schema, { name: `${name}b`, pattern: '(a*)*c' })).toEqual([
      'spec: Invalid value: "object": only a',
      'spec: Invalid value: "object": as the pattern',
    ]);
    expect(broken(schema, { name, pattern: 'a{1000}$' })).toEqual([]);
  });
  it('are an error where a pattern that they reckon is none of RE2', () => {
    const schema = spec({ name: { type: 'string' }, pattern: { type: 'string' } }, [{ rule: 'self.name.matches(self.pattern)' }]);
    expect(broken(schema, { name: 'a', pattern: '(?=a)' })).toEqual([
      'spec: Invalid value: "object": error parsing regexp: invalid or unsupported Perl syntax: `(?=` evaluating rule: self.name.matches(self.pattern)',
    ]);
  });
  it('name matches by that name when it does not fit', () => {
    expect(broken(spec({ min: INTEGER }, [{ rule: "self.min.matches('a')" }]), { min: 1 })).toEqual([
      "spec: Invalid value: \"object\": found no matching overload for 'int.matches(string)' evaluating rule: self.min.matches('a')",
    ]);
  });
});
