import { compileLinear } from '../../../base/linear-pattern.ts';
import type { CustomResourceDefinition } from '../../../kube/generated/types.ts';
import { customResourceDefinitions } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { CelExpressions } from '../cel/cel-expression.ts';
import { genericColumns } from '../registry/columns/column.ts';
import type { Resource } from '../registry/resource.ts';
import { dns1035LabelProblems, dnsSubdomainProblems } from '../registry/syntax.ts';
import { immutable } from '../registry/workload-validation.ts';
import type { StructuralSchema } from './structural-schema.ts';

export const customResourceDefinition: Resource<CustomResourceDefinition> = {
  type: customResourceDefinitions,
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  schemaName: 'CustomResourceDefinition',
  hasStatus: true,
  hasGeneration: true,
  needsResourceVersion: true,
  columns: genericColumns(),
  default(object) {
    const spec = (object.spec ??= {} as CustomResourceDefinition['spec']);
    const names = (spec.names ??= { kind: '', plural: '' });
    if (names.kind) {
      names.singular ||= names.kind.toLowerCase();
      names.listKind ||= `${names.kind}List`;
    }
    spec.conversion ??= { strategy: 'None' };
    spec.versions ??= [];
  },
  prepareCreate(object) {
    const stored = object.spec.versions.filter((version) => version.storage).map((version) => version.name);
    object.status = { conditions: null as unknown as undefined, acceptedNames: { plural: '', kind: '' }, storedVersions: stored };
  },
  prepareUpdate(object, old) {
    const stored = object.spec.versions.find((version) => version.storage)?.name;
    const known = old.status?.storedVersions ?? [];
    if (stored !== undefined && !known.includes(stored)) object.status = { ...object.status, storedVersions: [...known, stored] };
  },
  validate: validateDefinition,
  validateUpdate: (object, old) => [
    ...immutable('spec.scope', object.spec.scope, old.spec.scope),
    ...immutable('spec.names.kind', object.spec.names.kind, old.spec.names.kind),
    ...immutable('spec.names.plural', object.spec.names.plural, old.spec.names.plural),
    ...immutable('spec.group', object.spec.group, old.spec.group),
  ],
};

function validateDefinition({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  const { names, group, versions } = spec;
  const wanted = `${names.plural}.${group}`;
  if (metadata.name !== wanted) errors.push(fieldError.invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  if (!group) errors.push(fieldError.required('spec.group'));
  else {
    errors.push(...dnsSubdomainProblems(group).map((problem) => fieldError.invalid('spec.group', group, problem)));
    if (!group.includes('.')) errors.push(fieldError.invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
  if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') {
    errors.push(
      spec.scope ? fieldError.notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']) : fieldError.required('spec.scope'),
    );
  }
  for (const part of ['plural', 'singular', 'kind', 'listKind'] as const) {
    const name = names[part];
    if (!name) errors.push(fieldError.required(`spec.names.${part}`));
    else errors.push(...dns1035LabelProblems(name.toLowerCase()).map((problem) => fieldError.invalid(`spec.names.${part}`, name, problem)));
  }
  if (names.kind && names.listKind === names.kind)
    errors.push(fieldError.invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  if (spec.preserveUnknownFields === true)
    errors.push(fieldError.invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'));
  if (spec.conversion?.strategy === 'Webhook')
    errors.push(fieldError.forbidden('spec.conversion.strategy', '"Webhook" is not modelled by this server'));
  if (versions.filter((version) => version.storage).length !== 1) {
    errors.push(fieldError.invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  const seen = new Set<string>();
  const expressions = new CelExpressions();
  for (const [i, version] of versions.entries()) {
    const at = `spec.versions[${i}]`;
    if (seen.has(version.name)) errors.push(fieldError.invalid('spec.versions', versions, 'must contain unique version names'));
    seen.add(version.name);
    if (!version.name) errors.push(fieldError.required(`${at}.name`));
    else errors.push(...dns1035LabelProblems(version.name).map((problem) => fieldError.invalid(`${at}.name`, version.name, problem)));
    const schema = version.schema?.openAPIV3Schema;
    if (schema === undefined) errors.push(fieldError.required(`${at}.schema.openAPIV3Schema`, 'schemas are required'));
    else errors.push(...schemaErrors(schema as StructuralSchema, `${at}.schema.openAPIV3Schema`, expressions, true));
  }
  return errors;
}

/** The rules that make a schema structural, as far as a CRD that meets them on a real cluster could miss them here. */
function schemaErrors(schema: StructuralSchema, at: string, expressions: CelExpressions, isRoot = false): FieldError[] {
  const errors: FieldError[] = [];
  if (isRoot && schema.type !== 'object') {
    errors.push(
      schema.type
        ? fieldError.invalid(`${at}.type`, schema.type, 'must be object at the root')
        : fieldError.required(`${at}.type`, 'must not be empty at the root'),
    );
  } else if (!schema.type && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields']) {
    errors.push(fieldError.required(`${at}.type`, 'must not be empty for specified object fields'));
  }
  if (schema.properties !== undefined && schema.additionalProperties !== undefined && schema.additionalProperties !== false) {
    errors.push(fieldError.forbidden(`${at}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  }
  if (schema.type === 'array' && schema.items === undefined) errors.push(fieldError.required(`${at}.items`, 'must be specified'));
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] === 'map' && (keys === undefined || keys.length === 0)) {
    errors.push(fieldError.required(`${at}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  }
  errors.push(...patternErrors(schema, at), ...ruleErrors(schema, at, expressions));
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (isRoot && key === 'metadata') continue;
    errors.push(...schemaErrors(child, `${at}.properties[${key}]`, expressions));
  }
  if (schema.items !== undefined) errors.push(...schemaErrors(schema.items, `${at}.items`, expressions));
  if (typeof schema.additionalProperties === 'object')
    errors.push(...schemaErrors(schema.additionalProperties, `${at}.additionalProperties`, expressions));
  return errors;
}

function patternErrors({ pattern }: StructuralSchema, at: string): FieldError[] {
  const compiled = pattern === undefined ? undefined : compileLinear(pattern);
  return compiled !== undefined && 'problem' in compiled
    ? [fieldError.invalid(`${at}.pattern`, pattern, `must be a valid regular expression, but isn't: ${compiled.problem}`)]
    : [];
}

/** Rules that upstream refuses. What is not modelled is told by a warning instead. */
function ruleErrors(schema: StructuralSchema, at: string, expressions: CelExpressions): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((validation, i) =>
    (['rule', 'messageExpression'] as const).flatMap((field) => {
      const expression = validation[field];
      // Only patterns are refused so far: the others need not be compiled here.
      if (expression === undefined || !expression.includes('matches')) return [];
      const compiled = expressions.compile(expression);
      if (typeof compiled === 'function' || !compiled.isInvalid) return [];
      const what = field === 'rule' ? 'compilation failed' : 'messageExpression compilation failed';
      return [fieldError.invalid(`${at}.x-kubernetes-validations[${i}].${field}`, validation, `${what}: ${compiled.problem}`)];
    }),
  );
}
