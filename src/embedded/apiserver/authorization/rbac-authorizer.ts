import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  RbacV1Subject,
  Role,
  RoleBinding,
  RoleRef,
  UserInfo,
} from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { clusterRoleBindings, clusterRoles, type ResourceType, roleBindings, roles } from '../../../kube/resource-type.ts';
import { notFound, type StatusError, statusError } from '../../../kube/status-error.ts';
import type { Store } from '../../store/store.ts';
import { storageKey, storagePrefix } from '../storage-key.ts';
import type { NonResourceAttributes, ResourceAttributes } from './attributes.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const MASTERS = 'system:masters';

/** The rules that apply to one user: everywhere, and in single namespaces. */
interface UserRules {
  cluster: PolicyRule[];
  byNamespace: Map<string, PolicyRule[]>;
}

/** Decides by the Roles and bindings in the store. Members of `system:masters` may do everything. */
export class RbacAuthorizer {
  readonly #store: Store;
  readonly #rulesOfUser = new Map<string, UserRules>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Tells the authorizer that an object of this type was written: what it has worked out may no longer hold. */
  noteWrite(type: ResourceType): void {
    if (type.group === RBAC_GROUP) this.#rulesOfUser.clear();
  }

  isAllowed(user: UserInfo, attributes: ResourceAttributes): boolean {
    if (user.groups?.includes(MASTERS)) return true;
    const rules = this.#rulesFor(user);
    if (rules.cluster.some((rule) => allows(rule, attributes))) return true;
    return (
      attributes.namespace !== undefined && (rules.byNamespace.get(attributes.namespace) ?? []).some((rule) => allows(rule, attributes))
    );
  }

  isPathAllowed(user: UserInfo, attributes: NonResourceAttributes): boolean {
    if (user.groups?.includes(MASTERS)) return true;
    return this.#rulesFor(user).cluster.some(
      (rule) =>
        (rule.verbs ?? []).some((verb) => verb === '*' || verb === attributes.verb) &&
        (rule.nonResourceURLs ?? []).some(
          (pattern) =>
            pattern === '*' || pattern === attributes.path || (pattern.endsWith('*') && attributes.path.startsWith(pattern.slice(0, -1))),
        ),
    );
  }

  /** The rules of the role that a binding names. Throws NotFound. */
  rulesOfReference(ref: RoleRef, namespace: string | undefined): readonly PolicyRule[] {
    const type = ref.kind === 'Role' ? roles : clusterRoles;
    if (this.#store.get(storageKey(type, namespace, ref.name)) === undefined) throw notFound(type, ref.name);
    return this.#rulesOfRole(ref, namespace);
  }

  /** Every rule that holds for the user in the namespace, or everywhere when none is named. */
  rulesIn(user: UserInfo, namespace: string | undefined): PolicyRule[] {
    const everything: PolicyRule[] = user.groups?.includes(MASTERS)
      ? [
          { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
          { verbs: ['*'], nonResourceURLs: ['*'] },
        ]
      : [];
    const rules = this.#rulesFor(user);
    return [...everything, ...rules.cluster, ...(namespace === undefined ? [] : (rules.byNamespace.get(namespace) ?? []))];
  }

  #rulesFor(user: UserInfo): UserRules {
    const id = JSON.stringify([user.username, user.groups]);
    let rules = this.#rulesOfUser.get(id);
    if (rules === undefined) {
      if (this.#rulesOfUser.size >= 1000) this.#rulesOfUser.clear();
      this.#rulesOfUser.set(id, (rules = this.#collect(user)));
    }
    return rules;
  }

  #collect(user: UserInfo): UserRules {
    const cluster: PolicyRule[] = [];
    const byNamespace = new Map<string, PolicyRule[]>();
    for (const entry of this.#store.list(storagePrefix(clusterRoleBindings)).entries) {
      const binding = entry.value.object as ClusterRoleBinding;
      if (isSubject(binding.subjects, user, undefined)) cluster.push(...this.#rulesOfRole(binding.roleRef, undefined));
    }
    for (const entry of this.#store.list(storagePrefix(roleBindings)).entries) {
      const binding = entry.value.object as RoleBinding;
      const namespace = binding.metadata.namespace!;
      if (!isSubject(binding.subjects, user, namespace)) continue;
      byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), ...this.#rulesOfRole(binding.roleRef, namespace)]);
    }
    return { cluster, byNamespace };
  }

  #rulesOfRole(ref: RoleRef, namespace: string | undefined): readonly PolicyRule[] {
    if (ref.kind === 'Role')
      return namespace === undefined
        ? []
        : ((this.#store.get(storageKey(roles, namespace, ref.name))?.value.object as Role | undefined)?.rules ?? []);
    return this.#rulesOfClusterRole(ref.name, new Set());
  }

  /** Upstream's aggregation controller copies the rules of the selected roles; reading them here is the same without its delay. */
  #rulesOfClusterRole(name: string, seen: Set<string>): readonly PolicyRule[] {
    // Roles may select each other.
    if (seen.has(name)) return [];
    seen.add(name);
    const role = this.#store.get(storageKey(clusterRoles, undefined, name))?.value.object as ClusterRole | undefined;
    if (role?.aggregationRule === undefined) return role?.rules ?? [];
    const selectors = role.aggregationRule.clusterRoleSelectors ?? [];
    const parts = this.#store
      .list(storagePrefix(clusterRoles))
      .entries.map((entry) => entry.value.object as ClusterRole)
      .filter((part) => selectors.some((selector) => selectorMatches(selector, part.metadata.labels)));
    return [...(role.rules ?? []), ...parts.flatMap((part) => this.#rulesOfClusterRole(part.metadata.name, seen))];
  }
}

function isSubject(subjects: readonly RbacV1Subject[] | undefined, user: UserInfo, bindingNamespace: string | undefined): boolean {
  return (subjects ?? []).some((subject) => {
    switch (subject.kind) {
      case 'User':
        return subject.name === user.username;
      case 'Group':
        return user.groups?.includes(subject.name) ?? false;
      case 'ServiceAccount':
        return user.username === `system:serviceaccount:${subject.namespace ?? bindingNamespace ?? ''}:${subject.name}`;
      default:
        return false;
    }
  });
}

function allows(rule: PolicyRule, attributes: ResourceAttributes): boolean {
  const has = (list: readonly string[] | undefined, value: string): boolean => (list ?? []).some((item) => item === '*' || item === value);
  if (!has(rule.verbs, attributes.verb) || !has(rule.apiGroups, attributes.group)) return false;
  const { subresource, resource } = attributes;
  const full = subresource ? `${resource}/${subresource}` : resource;
  const isResource = (rule.resources ?? []).some(
    (item) => item === '*' || item === full || (subresource !== undefined && item === `*/${subresource}`),
  );
  if (!isResource) return false;
  return (rule.resourceNames ?? []).length === 0 || (attributes.name !== undefined && rule.resourceNames!.includes(attributes.name));
}

/** The 403 of a request that no rule allows, worded as k8s.io/apiserver/pkg/endpoints/handlers/responsewriters Forbidden. */
export function forbiddenRequest(user: UserInfo, { verb, group, resource, subresource, namespace, name }: ResourceAttributes): StatusError {
  const groupResource = group ? `${resource}.${group}` : resource;
  const full = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? ` in the namespace "${namespace}"` : ' at the cluster scope';
  const message = `${groupResource}${name ? ` "${name}"` : ''} is forbidden: User "${user.username ?? ''}" cannot ${verb} resource "${full}" in API group "${group}"${where}`;
  return statusError('Forbidden', message, { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource });
}

export function forbiddenPath(user: UserInfo, { verb, path }: NonResourceAttributes): StatusError {
  return statusError('Forbidden', `forbidden: User "${user.username ?? ''}" cannot ${verb} path "${path}"`, {});
}
