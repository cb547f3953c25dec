import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { crdTypeInfo } from '../apply/type-info.ts';
import { type Resource, row } from '../registry/resource.ts';
import { compileJsonPath, evaluateJsonPath } from './json-path.ts';
import { printerColumns } from './printer-columns.ts';
import { decodeStructural } from './structural-decode.ts';
import { applyStructuralDefaults } from './structural-default.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { type Patterns, validateStructural } from './structural-validate.ts';
import { ValidationRules } from './validation-rules.ts';

/** The rows of a CRD, one per served version, storage version first. Build them once per change of the CRD. */
export function customResources(crd: CustomResourceDefinition): Resource[] {
  return crd.spec.versions
    .filter((version) => version.served)
    .sort((a, b) => Number(b.storage) - Number(a.storage))
    .map((version) => customResource(crd, version));
}

function customResource(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Resource {
  const { group, names, scope } = crd.spec;
  const schema = (version.schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }) as StructuralSchema;
  const patterns: Patterns = new Map();
  const scale = version.subresources?.scale;
  const hasStatus = version.subresources?.status !== undefined;
  const { metadata: _, ...ownProperties } = schema.properties ?? {};
  // `metadata` is checked as that of any object; a CRD may only narrow its name, which is not modelled.
  const body: StructuralSchema = { ...schema, properties: ownProperties };
  const selectable = (version.selectableFields ?? []).map(({ jsonPath }) => ({
    name: jsonPath.replace(/^\./, ''),
    path: compileJsonPath(jsonPath) ?? [],
  }));
  const type = { group, version: version.name, resource: names.plural, kind: names.kind, namespaced: scope === 'Namespaced' };
  const rules = new ValidationRules(body);
  const hasRules = !rules.isEmpty;
  // Rules are read only from what has the right shape.
  const checked = (object: AnyObject): FieldError[] => {
    const errors = validateStructural(withoutHeader(object), body, '', patterns);
    return errors.length > 0 || !hasRules ? errors : rules.check(object, undefined, 'value');
  };
  const identity = (object: AnyObject): FieldError[] => {
    const errors: FieldError[] = [];
    if (object.kind !== undefined && object.kind !== names.kind)
      errors.push(fieldError.invalid('kind', object.kind, `must be ${names.kind}`));
    return errors;
  };
  return row<AnyObject>({
    type,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    hasStatus,
    hasGeneration: true,
    needsResourceVersion: true,
    custom: true,
    ...(scale === undefined ? {} : { scale }),
    ...(selectable.length === 0
      ? {}
      : {
          selectableFields: Object.fromEntries(
            selectable.map(({ name, path }) => [name, (object: AnyObject) => String(evaluateJsonPath(path, object)[0] ?? '')]),
          ),
        }),
    columns: printerColumns(version.additionalPrinterColumns),
    typeInfo: crdTypeInfo(schema, hasStatus),
    openApiSchema: schema as Readonly<Record<string, unknown>>,
    decode: (value) => decodeStructural(body, value),
    default: (object) => applyStructuralDefaults(object, body),
    validate(object) {
      // Under a status subresource main writes are checked as a whole as well: the stored status was valid when written.
      return [...identity(object), ...checked(object)];
    },
    validateUpdate: (object, old) => (hasRules ? rules.check(object, old, 'change') : []),
    validateStatus: checked,
  });
}

function withoutHeader(object: AnyObject): Record<string, unknown> {
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = object;
  return rest;
}
