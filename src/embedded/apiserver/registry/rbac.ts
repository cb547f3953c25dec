import { equalJson } from '../../../base/equal-json.ts';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, RbacV1Subject, Role, RoleBinding } from '../../../kube/generated/types.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, genericColumns, nameColumn, wide } from './columns/column.ts';
import type { Column, Resource } from './resource.ts';

const GROUP = 'rbac.authorization.k8s.io';

type Binding = KubeObject & Pick<RoleBinding, 'roleRef' | 'subjects'>;

function subjectsCell(object: Binding, kind: string): string {
  return (object.subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map((subject) => (kind === 'ServiceAccount' && subject.namespace ? `${subject.namespace}/${subject.name}` : subject.name))
    .join(', ');
}

function bindingColumns<T extends Binding>(): Column<T>[] {
  return [
    nameColumn(),
    column('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
    ageColumn(),
    wide('Users', (object) => subjectsCell(object, 'User')),
    wide('Groups', (object) => subjectsCell(object, 'Group')),
    wide('ServiceAccounts', (object) => subjectsCell(object, 'ServiceAccount')),
  ];
}

function defaultBinding(object: Binding): void {
  object.roleRef ??= { apiGroup: GROUP, kind: '', name: '' };
  object.roleRef.apiGroup ||= GROUP;
  for (const subject of object.subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= GROUP;
    else if (subject.apiGroup === '') delete subject.apiGroup;
  }
}

function bindingErrors(object: Binding, kinds: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  if (object.roleRef.apiGroup !== GROUP) errors.push(fieldError.notSupported('roleRef.apiGroup', object.roleRef.apiGroup, [GROUP]));
  if (!kinds.includes(object.roleRef.kind)) errors.push(fieldError.notSupported('roleRef.kind', object.roleRef.kind ?? '', kinds));
  if (!object.roleRef.name) errors.push(fieldError.required('roleRef.name'));
  for (const [i, subject] of (object.subjects ?? []).entries())
    errors.push(...subjectErrors(subject, `subjects[${i}]`, kinds.includes('Role')));
  return errors;
}

function subjectErrors(subject: RbacV1Subject, at: string, isNamespaced: boolean): FieldError[] {
  const errors = subject.name ? [] : [fieldError.required(`${at}.name`)];
  if (!['ServiceAccount', 'User', 'Group'].includes(subject.kind))
    errors.push(fieldError.notSupported(`${at}.kind`, subject.kind ?? '', ['ServiceAccount', 'User', 'Group']));
  if (subject.kind === 'ServiceAccount' && !isNamespaced && !subject.namespace) errors.push(fieldError.required(`${at}.namespace`));
  return errors;
}

function roleRefErrors(object: Binding, old: Binding): FieldError[] {
  return equalJson(object.roleRef, old.roleRef) ? [] : [fieldError.invalid('roleRef', object.roleRef, 'cannot change roleRef')];
}

function ruleErrors(rules: readonly PolicyRule[] | null | undefined, isNamespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, rule] of (rules ?? []).entries()) {
    const at = `rules[${i}]`;
    if ((rule.verbs ?? []).length === 0) errors.push(fieldError.required(`${at}.verbs`, 'verbs must contain at least one value'));
    if ((rule.nonResourceURLs ?? []).length > 0) {
      if (isNamespaced)
        errors.push(
          fieldError.invalid(`${at}.nonResourceURLs`, rule.nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'),
        );
      continue;
    }
    if ((rule.apiGroups ?? []).length === 0)
      errors.push(fieldError.required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
    if ((rule.resources ?? []).length === 0)
      errors.push(fieldError.required(`${at}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

export const role: Resource<Role> = {
  type: roles,
  singular: 'role',
  shortNames: [],
  categories: [],
  schemaName: 'Role',
  hasStatus: false,
  hasGeneration: false,
  columns: genericColumns(),
  default(object) {
    object.rules ??= null as unknown as undefined;
  },
  validate: (object) => ruleErrors(object.rules, true),
};

export const clusterRole: Resource<ClusterRole> = {
  type: clusterRoles,
  singular: 'clusterrole',
  shortNames: [],
  categories: [],
  schemaName: 'ClusterRole',
  hasStatus: false,
  hasGeneration: false,
  columns: genericColumns(),
  default(object) {
    object.rules ??= null as unknown as undefined;
  },
  validate: (object) => ruleErrors(object.rules, false),
};

export const roleBinding: Resource<RoleBinding> = {
  type: roleBindings,
  singular: 'rolebinding',
  shortNames: [],
  categories: [],
  schemaName: 'RoleBinding',
  hasStatus: false,
  hasGeneration: false,
  columns: bindingColumns(),
  default(object) {
    defaultBinding(object);
    for (const subject of object.subjects ?? []) if (subject.kind === 'ServiceAccount') subject.namespace ||= object.metadata.namespace;
  },
  validate: (object) => bindingErrors(object, ['Role', 'ClusterRole']),
  validateUpdate: roleRefErrors,
};

export const clusterRoleBinding: Resource<ClusterRoleBinding> = {
  type: clusterRoleBindings,
  singular: 'clusterrolebinding',
  shortNames: [],
  categories: [],
  schemaName: 'ClusterRoleBinding',
  hasStatus: false,
  hasGeneration: false,
  columns: bindingColumns(),
  default: defaultBinding,
  validate: (object) => bindingErrors(object, ['ClusterRole']),
  validateUpdate: roleRefErrors,
};
