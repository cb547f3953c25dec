import { describe, expect, it } from 'vitest';
import type { CustomResourceDefinition } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import type { Resource } from '../registry/resource.ts';
import { customResourceDefinition } from './crd-row.ts';
import { customResources } from './custom-resource.ts';
import { definitionWarnings } from './definition-warnings.ts';

const NOW_MS = Date.parse('2026-01-01T00:05:00Z');

function widgets(patch: (crd: CustomResourceDefinition) => void = () => {}): CustomResourceDefinition {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.demo.io' },
    spec: {
      group: 'demo.io',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size: { type: 'integer', minimum: 1, maximum: 10 },
                    color: { type: 'string', default: 'red', enum: ['red', 'green'] },
                    replicas: { type: 'integer' },
                    when: { type: 'string', format: 'date-time' },
                    surge: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
                    items: {
                      type: 'array',
                      'x-kubernetes-list-type': 'map',
                      'x-kubernetes-list-map-keys': ['name'],
                      items: { type: 'object', properties: { name: { type: 'string' }, v: { type: 'integer', default: 5 } } },
                    },
                    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                    code: { type: 'string', pattern: '^[a-z]+$', maxLength: 3, minLength: 2 },
                    owner: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'owner is immutable' }] },
                  },
                },
                status: {
                  type: 'object',
                  properties: { phase: { type: 'string' }, replicas: { type: 'integer' }, selector: { type: 'string' } },
                },
              },
            },
          },
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
          },
          additionalPrinterColumns: [
            { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
            { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
            { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
        },
      ],
    },
  } as unknown as CustomResourceDefinition;
  patch(crd);
  customResourceDefinition.default!(crd);
  return crd;
}

const widget = (spec: object, metadata: object = {}): AnyObject =>
  ({
    apiVersion: 'demo.io/v1',
    kind: 'Widget',
    metadata: { name: 'w1', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec,
  }) as unknown as AnyObject;
const rowOf = (crd = widgets()): Resource<AnyObject> => customResources(crd)[0] as unknown as Resource<AnyObject>;
const problems = (object: AnyObject): string[] => rowOf().validate!(object).map((error) => `${error.field}: ${error.message}`);

describe('a row made of a CRD', () => {
  it('carries names, scope and subresources', () => {
    expect(rowOf()).toMatchObject({
      type: { group: 'demo.io', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true },
      singular: 'widget',
      shortNames: ['wd'],
      categories: ['all'],
      hasStatus: true,
      custom: true,
      needsResourceVersion: true,
      scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
    });
  });

  it('exists for each served version, the stored one first', () => {
    const crd = widgets(({ spec }) => {
      const [v1] = spec.versions;
      spec.versions = [{ ...v1!, name: 'v1beta1', storage: false }, { ...v1!, name: 'v1alpha1', storage: false, served: false }, v1!];
    });
    expect(customResources(crd).map(({ type }) => type.version)).toEqual(['v1', 'v1beta1']);
  });

  it('prunes and reports unknown fields, except where they are preserved', () => {
    const { object, unknownFields } = rowOf().decode!({
      ...widget({ size: 1, unknown: 1, free: { any: { thing: 1 } }, items: [{ name: 'a', x: 1 }] }),
      extra: true,
    });
    expect(unknownFields).toEqual(['spec.unknown', 'spec.items[0].x', 'extra']);
    expect(object['spec']).toEqual({ size: 1, free: { any: { thing: 1 } }, items: [{ name: 'a' }] });
  });

  it('fills in defaults only where the parent exists', () => {
    const full = widget({ size: 3, items: [{ name: 'a' }] });
    rowOf().default!(full);
    expect(full['spec']).toEqual({ size: 3, color: 'red', items: [{ name: 'a', v: 5 }] });
    const bare = { metadata: { name: 'w' } } as unknown as AnyObject;
    rowOf().default!(bare);
    expect(bare['spec']).toBeUndefined();
  });

  it('replaces a null by the default of its field', () => {
    const object = widget({ size: 3, color: null });
    rowOf().default!(object);
    expect(object['spec']).toEqual({ size: 3, color: 'red' });
  });

  it.each([
    [{ size: 'x' }, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    [{ size: 30 }, 'spec.size: Invalid value: 30: spec.size in body should be less than or equal to 10'],
    [{ size: 0 }, 'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'],
    [{}, 'spec.size: Required value'],
    [{ size: 1, color: 'blue' }, 'spec.color: Unsupported value: "blue": supported values: "red", "green"'],
    [{ size: 1, when: 'x' }, 'spec.when: Invalid value: "x": spec.when in body must be of type date-time: "x"'],
    [{ size: 1, code: 'AB' }, 'spec.code: Invalid value: "AB": spec.code in body should match \'^[a-z]+$\''],
    [{ size: 1, code: 'a' }, 'spec.code: Invalid value: "a": spec.code in body should be at least 2 chars long'],
    [{ size: 1, surge: true }, 'spec.surge: Invalid value: "boolean": spec.surge in body must be of type integer,string: "boolean"'],
    [{ size: 1, items: [{ name: 'a' }, { name: 'a' }] }, 'spec.items[1]: Duplicate value: {"name":"a"}'],
  ])('reports what is wrong with spec %j', (spec, text) => {
    expect(problems(widget(spec))).toEqual([text]);
  });

  it.each([[{ size: 1, surge: 1 }], [{ size: 1, surge: '25%' }], [{ size: 10, when: '2026-01-01T00:00:00Z' }]])(
    'accepts spec %j',
    (spec) => {
      expect(problems(widget(spec))).toEqual([]);
    },
  );

  it('reports another kind', () => {
    expect(problems({ ...widget({ size: 1 }), kind: 'Foo' } as AnyObject)).toEqual(['kind: Invalid value: "Foo": must be Widget']);
  });

  it('refuses to change a field under the rule self == oldSelf', () => {
    const errors = rowOf().validateUpdate!(widget({ size: 1, owner: 'b' }), widget({ size: 1, owner: 'a' }));
    expect(errors.map((error) => `${error.field}: ${error.message}`)).toEqual(['spec.owner: Invalid value: "string": owner is immutable']);
    expect(rowOf().validateUpdate!(widget({ size: 2, owner: 'a' }), widget({ size: 1, owner: 'a' }))).toEqual([]);
  });

  it('prints its columns, ages already humanised', () => {
    const { columns } = rowOf();
    expect(columns.map((column) => [column.name, column.priority])).toEqual([
      ['Name', 0],
      ['Size', 0],
      ['Phase', 0],
      ['Color', 1],
      ['Age', 0],
    ]);
    const object = { ...widget({ size: 3, color: 'red' }), status: {} } as AnyObject;
    expect(columns.map((column) => column.cell(object, NOW_MS))).toEqual(['w1', 3, null, 'red', '5m']);
  });

  it('has an Age column when it declares none', () => {
    const row = rowOf(
      widgets((crd) => {
        delete crd.spec.versions[0]!.additionalPrinterColumns;
      }),
    );
    expect(row.columns.map((column) => column.name)).toEqual(['Name', 'Age']);
    expect(row.columns.map((column) => column.cell(widget({}), NOW_MS))).toEqual(['w1', '5m']);
  });

  it('prints null where a value has another type than its column', () => {
    expect(rowOf().columns[1]!.cell(widget({ size: 'x' }), NOW_MS)).toBeNull();
  });
});

describe('a CustomResourceDefinition', () => {
  const errorsOf = (patch: (crd: CustomResourceDefinition) => void): string[] =>
    customResourceDefinition.validate!(widgets(patch)).map((error) => error.field);

  it('gets its missing names, and an empty status when it is created', () => {
    const crd = widgets();
    customResourceDefinition.prepareCreate!(crd, {} as never);
    expect(crd.spec.names).toMatchObject({ singular: 'widget', listKind: 'WidgetList' });
    expect(crd.spec.conversion).toEqual({ strategy: 'None' });
    expect(crd.status).toEqual({ conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] });
    expect(customResourceDefinition.validate!(crd)).toEqual([]);
  });

  it('must be named after its plural and group', () => {
    expect(
      errorsOf((crd) => {
        crd.metadata.name = 'foo';
      }),
    ).toEqual(['metadata.name']);
  });
  it('needs a schema for every version', () => {
    expect(
      errorsOf((crd) => {
        delete crd.spec.versions[0]!.schema;
      }),
    ).toEqual(['spec.versions[0].schema.openAPIV3Schema']);
  });
  it('needs exactly one stored version', () => {
    expect(
      errorsOf((crd) => {
        crd.spec.versions[0]!.storage = false;
      }),
    ).toEqual(['spec.versions']);
  });
  it('refuses conversion by webhook by name', () => {
    expect(
      errorsOf((crd) => {
        crd.spec.conversion = { strategy: 'Webhook' };
      }),
    ).toEqual(['spec.conversion.strategy']);
  });

  it('warns of rules that are not enforced', () => {
    const crd = widgets(({ spec }) => {
      (spec.versions[0]!.schema!.openAPIV3Schema as unknown as { properties: { spec: Record<string, unknown> } }).properties.spec[
        'x-kubernetes-validations'
      ] = [{ rule: 'self.size > 1' }, { rule: 'self.size.isTall()' }];
    });
    expect(definitionWarnings(crd)).toEqual(['Widget v1: the rule "self.size.isTall()" of spec is not modelled and not enforced']);
  });

  it('is refused for patterns that RE2 does not know', () => {
    const errors = (spec: object) => {
      const crd = widgets((made) => {
        (made.spec.versions[0]!.schema!.openAPIV3Schema as unknown as { properties: { spec: object } }).properties.spec = spec;
      });
      return customResourceDefinition.validate!(crd).map(({ field, message }) => [
        field.replace('spec.versions[0].schema.openAPIV3Schema.properties[spec]', ''),
        message,
      ]);
    };
    expect(errors({ type: 'string', pattern: 'a(?=b)' })).toEqual([
      [
        '.pattern',
        'Invalid value: "a(?=b)": must be a valid regular expression, but isn\'t: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
      ],
    ]);
    const rule = "self.all(name,\n  name.matches('(?=a)'))";
    const messageExpression = "'(' + self[0] + string(self[0].matches(r'(\\1'))";
    expect(
      errors({
        type: 'array',
        items: { type: 'string' },
        'x-kubernetes-validations': [{ rule: 'true' }, { rule }, { rule: 'true', messageExpression }],
      }),
    ).toEqual([
      [
        '.x-kubernetes-validations[1].rule',
        `Invalid value: ${JSON.stringify({ rule })}: compilation failed: ERROR: <input>:2:16: invalid matches argument\n |   name.matches('(?=a)'))\n | ...............^`,
      ],
      [
        '.x-kubernetes-validations[2].messageExpression',
        `Invalid value: ${JSON.stringify({ rule: 'true', messageExpression })}: messageExpression compilation failed: ERROR: <input>:1:40: invalid matches argument\n | ${messageExpression}\n | .......................................^`,
      ],
    ]);
  });
});
