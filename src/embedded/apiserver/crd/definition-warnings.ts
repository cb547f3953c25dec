import type { CustomResourceDefinition } from '../../../kube/generated/types.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { ValidationRules } from './validation-rules.ts';

/** What a client that writes this CRD should be warned of: rules that this server does not enforce. */
export function definitionWarnings(crd: CustomResourceDefinition): string[] {
  return crd.spec.versions.flatMap((version) =>
    new ValidationRules((version.schema?.openAPIV3Schema ?? {}) as StructuralSchema)
      .unmodelled()
      .map(
        ({ path, rule }) =>
          `${crd.spec.names.kind} ${version.name}: the rule ${JSON.stringify(rule)} of ${path || 'the object'} is not modelled and not enforced`,
      ),
  );
}
