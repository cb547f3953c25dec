import { equalJson } from '../../../base/equal-json.ts';
import type { LabelSelector, PodTemplateSpec } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { labelErrors } from './metadata-validation.ts';
import { validatePodTemplate } from './pod-spec-validation.ts';

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

export function selectorErrors(selector: LabelSelector, at: string): FieldError[] {
  const errors = labelErrors(selector.matchLabels, `${at}.matchLabels`);
  for (const [i, expression] of (selector.matchExpressions ?? []).entries()) {
    const path = `${at}.matchExpressions[${i}]`;
    if (!OPERATORS.includes(expression.operator))
      errors.push(fieldError.invalid(`${path}.operator`, expression.operator, 'not a valid selector operator'));
    else if (expression.operator.startsWith('E') || expression.operator.startsWith('D')) {
      if ((expression.values ?? []).length > 0)
        errors.push(fieldError.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else if ((expression.values ?? []).length === 0)
      errors.push(fieldError.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  }
  return errors;
}

export interface WorkloadSpec {
  replicas?: number | undefined;
  minReadySeconds?: number | undefined;
  selector?: LabelSelector | undefined;
  template?: PodTemplateSpec | undefined;
}

/** What Deployment, ReplicaSet, StatefulSet and DaemonSet share: counts, the selector against the template, the template. */
export function validateWorkload(spec: WorkloadSpec | undefined, workload: string): FieldError[] {
  const errors: FieldError[] = [];
  const { selector, template } = spec ?? {};
  if ((spec?.replicas ?? 0) < 0) errors.push(fieldError.invalid('spec.replicas', spec?.replicas, 'must be greater than or equal to 0'));
  if ((spec?.minReadySeconds ?? 0) < 0)
    errors.push(fieldError.invalid('spec.minReadySeconds', spec?.minReadySeconds, 'must be greater than or equal to 0'));
  if (selector === undefined) errors.push(fieldError.required('spec.selector'));
  else {
    errors.push(...selectorErrors(selector, 'spec.selector'));
    if ((selector.matchExpressions ?? []).length === 0 && Object.keys(selector.matchLabels ?? {}).length === 0) {
      errors.push(fieldError.invalid('spec.selector', selector, `empty selector is invalid for ${workload}`));
    }
  }
  if (
    selector !== undefined &&
    errors.every((error) => !error.field.startsWith('spec.selector')) &&
    !selectorMatches(selector, template?.metadata?.labels ?? {})
  ) {
    errors.push(
      fieldError.invalid('spec.template.metadata.labels', template?.metadata?.labels ?? {}, '`selector` does not match template `labels`'),
    );
  }
  errors.push(...validatePodTemplate(template, 'spec.template'));
  const { restartPolicy } = template?.spec ?? {};
  if (restartPolicy !== undefined && restartPolicy !== 'Always' && ['OnFailure', 'Never'].includes(restartPolicy)) {
    errors.push(fieldError.notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  return errors;
}

/** `field is immutable`, when it has changed. */
export function immutable(field: string, now: unknown, old: unknown, text = 'field is immutable'): FieldError[] {
  return equalJson(now, old) ? [] : [fieldError.invalid(field, now ?? null, text)];
}

export function notNegative(field: string, value: number | undefined): FieldError[] {
  return (value ?? 0) < 0 ? [fieldError.invalid(field, value, 'must be greater than or equal to 0')] : [];
}
