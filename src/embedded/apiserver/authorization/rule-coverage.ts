import type { PolicyRule } from '../../../kube/generated/types.ts';

/**
 * The rights in `wanted` that `held` does not give, in single pieces put together again where only their verbs differ:
 * k8s.io/component-helpers/auth/rbac/validation Covers and kubernetes/pkg/registry/rbac/validation CompactRules.
 */
export function missingRights(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return compact(wanted.flatMap(pieces).filter((piece) => !held.some((rule) => covers(rule, piece))));
}

/** One rule for each combination of group, resource, verb and name, or of path and verb. */
function pieces(rule: PolicyRule): PolicyRule[] {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [], verbs = [] } = rule;
  const names = resourceNames.length === 0 ? [{}] : resourceNames.map((name) => ({ resourceNames: [name] }));
  return [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) => names.map((name) => ({ apiGroups: [group], resources: [resource], verbs: [verb], ...name }))),
      ),
    ),
    ...nonResourceURLs.flatMap((path) => verbs.map((verb) => ({ nonResourceURLs: [path], verbs: [verb] }))),
  ];
}

function covers(owner: PolicyRule, piece: PolicyRule): boolean {
  const names = owner.resourceNames ?? [];
  return (
    hasAll(owner.verbs, piece.verbs) &&
    hasAll(owner.apiGroups, piece.apiGroups) &&
    (piece.resources ?? []).every((resource) => coversResource(owner.resources ?? [], resource)) &&
    (piece.nonResourceURLs ?? []).every((path) => coversPath(owner.nonResourceURLs ?? [], path)) &&
    (names.length === 0 || ((piece.resourceNames ?? []).length > 0 && piece.resourceNames!.every((name) => names.includes(name))))
  );
}

function hasAll(owned: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean {
  return owned?.includes('*') === true || (wanted ?? []).every((value) => owned?.includes(value) === true);
}

function coversResource(owned: readonly string[], resource: string): boolean {
  const slash = resource.indexOf('/');
  return owned.includes('*') || owned.includes(resource) || (slash >= 0 && owned.includes(`*${resource.slice(slash)}`));
}

function coversPath(owned: readonly string[], path: string): boolean {
  return owned.some((pattern) => pattern === path || pattern === '*' || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))));
}

function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const byObject = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const { verbs, ...object } = rule;
    // Rules for paths stay single.
    const id = rule.nonResourceURLs === undefined ? JSON.stringify(object) : JSON.stringify(rule);
    const known = byObject.get(id);
    byObject.set(id, known === undefined ? rule : { ...known, verbs: [...new Set([...known.verbs, ...verbs])] });
  }
  return [...byObject.values()];
}

/** A rule on one line, its fields in upstream's order: component-helpers/auth/rbac CompactString. */
export function ruleText(rule: PolicyRule): string {
  const part = (name: string, values: readonly string[] | undefined): string[] =>
    (values ?? []).length === 0 ? [] : [`${name}:${quotedList(values!)}`];
  return `{${[
    ...part('APIGroups', rule.apiGroups),
    ...part('Resources', rule.resources),
    ...part('NonResourceURLs', rule.nonResourceURLs),
    ...part('ResourceNames', rule.resourceNames),
    ...part('Verbs', rule.verbs),
  ].join(', ')}}`;
}

/** A list of strings as Go's `%q` prints it. */
export function quotedList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}
