import type { KubeObject } from '../../../kube/object.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import type { Resource } from './resource.ts';
import {
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  pathSegmentProblems,
  qualifiedNameProblems,
} from './syntax.ts';

const ANNOTATIONS_LIMIT = 256 * 1024;

function nameProblems(resource: Resource, name: string): string[] {
  const { group, kind } = resource.type;
  if (group === 'rbac.authorization.k8s.io') return pathSegmentProblems(name);
  if (group === '' && kind === 'Service') return dns1035LabelProblems(name);
  if (group === '' && kind === 'Namespace') return dnsLabelProblems(name);
  return dnsSubdomainProblems(name);
}

/**
 * Name, labels, annotations, owners and finalizers of any object; the core calls it for every create and update.
 * k8s.io/apimachinery/pkg/api/validation/objectmeta.go.
 */
export function validateMetadata<T extends KubeObject>(resource: Resource<T>, object: KubeObject): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  const row = resource as unknown as Resource;
  if (metadata.generateName) {
    // A generated name gets a suffix, so a prefix may end in a dash.
    errors.push(
      ...nameProblems(row, `${metadata.generateName.replace(/-+$/, '')}x`).map((problem) =>
        fieldError.invalid('metadata.generateName', metadata.generateName, problem),
      ),
    );
  }
  if (!metadata.name) errors.push(fieldError.required('metadata.name', 'name or generateName is required'));
  else errors.push(...nameProblems(row, metadata.name).map((problem) => fieldError.invalid('metadata.name', metadata.name, problem)));
  errors.push(...labelErrors(metadata.labels, 'metadata.labels'), ...annotationErrors(metadata.annotations, 'metadata.annotations'));
  for (const [i, owner] of (metadata.ownerReferences ?? []).entries()) {
    for (const key of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[key]) {
        errors.push(
          fieldError.invalid(
            `metadata.ownerReferences[${i}].${key}`,
            owner[key] ?? '',
            key === 'apiVersion' ? 'version must not be empty' : 'must not be empty',
          ),
        );
      }
    }
  }
  const controllers = (metadata.ownerReferences ?? []).filter((owner) => owner.controller === true);
  if (controllers.length > 1) {
    errors.push(
      fieldError.invalid(
        'metadata.ownerReferences',
        metadata.ownerReferences,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]!.kind}/${controllers[0]!.name} and ${controllers[1]!.kind}/${controllers[1]!.name}`,
      ),
    );
  }
  for (const finalizer of metadata.finalizers ?? []) {
    errors.push(...qualifiedNameProblems(finalizer).map((problem) => fieldError.invalid('metadata.finalizers', finalizer, problem)));
  }
  return errors;
}

export function labelErrors(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    errors.push(...qualifiedNameProblems(key).map((problem) => fieldError.invalid(field, key, problem)));
    errors.push(...labelValueProblems(labels[key]!).map((problem) => fieldError.invalid(field, labels[key], problem)));
  }
  return errors;
}

export function annotationErrors(annotations: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const key in annotations) {
    size += key.length + annotations[key]!.length;
    errors.push(...qualifiedNameProblems(key.toLowerCase()).map((problem) => fieldError.invalid(field, key, problem)));
  }
  if (size > ANNOTATIONS_LIMIT)
    errors.push({ field, reason: 'FieldValueInvalid', message: `Too long: may not be more than ${ANNOTATIONS_LIMIT} bytes` });
  return errors;
}
