import { equalJson } from '../../../base/equal-json.ts';
import type { ClusterRole, PolicyRule, RoleBinding, UserInfo } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { clusterRoles, type ResourceType, roles } from '../../../kube/resource-type.ts';
import { forbidden } from '../../../kube/status-error.ts';
import type { ServerCore } from '../server-core.ts';
import { missingRights, quotedList, ruleText } from './rule-coverage.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody gives away rights they do not hold, unless they may `escalate` the role or `bind` it: kubernetes/pkg/registry/rbac policybased
 * storage. Throws Forbidden. `old` is what a write replaces.
 */
export function checkEscalation(core: ServerCore, user: UserInfo, type: ResourceType, object: AnyObject, old: AnyObject | undefined): void {
  if (type.group !== RBAC_GROUP || user.groups?.includes('system:masters')) return;
  if (old !== undefined && isForGarbageCollector(object, old)) return;
  if (type.resource === 'roles' || type.resource === 'clusterroles') checkRole(core, user, type, object, old);
  else checkBinding(core, user, type, object);
}

function checkRole(core: ServerCore, user: UserInfo, type: ResourceType, object: AnyObject, old: AnyObject | undefined): void {
  const { name, namespace } = object.metadata;
  const mayEscalate = core.rbac.isAllowed(user, {
    verb: 'escalate',
    group: RBAC_GROUP,
    resource: type.resource,
    namespace: type.namespaced ? namespace : undefined,
    // A POST names no object in its path.
    name: old === undefined ? undefined : name,
  });
  if (mayEscalate) return;
  const { rules, aggregationRule } = object as unknown as ClusterRole;
  if (aggregationRule !== undefined && missingRights(heldBy(core, user, undefined), EVERYTHING).length > 0)
    throw forbidden(type, name, 'must have cluster-admin privileges to use the aggregationRule');
  confirmHeld(core, user, type, object, rules ?? []);
}

function checkBinding(core: ServerCore, user: UserInfo, type: ResourceType, object: AnyObject): void {
  const { roleRef } = object as unknown as RoleBinding;
  const namespace = type.namespaced ? object.metadata.namespace : undefined;
  const mayBind = core.rbac.isAllowed(user, {
    verb: 'bind',
    group: RBAC_GROUP,
    resource: roleRef.kind === 'Role' ? roles.resource : clusterRoles.resource,
    namespace,
    name: roleRef.name,
  });
  if (!mayBind) confirmHeld(core, user, type, object, core.rbac.rulesOfReference(roleRef, namespace));
}

function confirmHeld(core: ServerCore, user: UserInfo, type: ResourceType, object: AnyObject, rules: readonly PolicyRule[]): void {
  const missing = missingRights(heldBy(core, user, type.namespaced ? object.metadata.namespace : undefined), rules);
  if (missing.length === 0) return;
  const texts = [...new Set(missing.map(ruleText))].sort();
  throw forbidden(
    type,
    object.metadata.name,
    `user ${JSON.stringify(user.username ?? '')} (groups=${quotedList(user.groups ?? [])}) is attempting to grant RBAC permissions not currently held:\n${texts.join('\n')}`,
  );
}

function heldBy(core: ServerCore, user: UserInfo, namespace: string | undefined): PolicyRule[] {
  return core.rbac.rulesIn(user, namespace);
}

/** Whether a write only takes away owners or finalizers: it must be possible for those who clean up. */
function isForGarbageCollector(object: AnyObject, old: AnyObject): boolean {
  const rest = ({ metadata, ...fields }: AnyObject): unknown => {
    const { ownerReferences: _, finalizers: __, managedFields: ___, resourceVersion: ____, ...others } = metadata;
    return { ...fields, metadata: others };
  };
  return !equalJson(object.metadata, old.metadata) && equalJson(rest(object), rest(old));
}
