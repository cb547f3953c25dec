import type { RuleWithOperations } from '../../../kube/generated/types.ts';
import type { ResourceType } from '../../../kube/resource-type.ts';

/** Whether a webhook's rule asks to see this operation: k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules. */
export function ruleMatches(rule: RuleWithOperations, operation: string, type: ResourceType, subresource: string | undefined): boolean {
  const has = (list: readonly string[] | undefined, value: string): boolean => (list ?? []).some((item) => item === '*' || item === value);
  if (!has(rule.operations, operation) || !has(rule.apiGroups, type.group) || !has(rule.apiVersions, type.version)) return false;
  const scope = rule.scope ?? '*';
  if (scope !== '*' && (scope === 'Namespaced') !== type.namespaced) return false;
  return (rule.resources ?? []).some((pattern) => {
    const [resource, sub] = pattern.split('/', 2);
    return (
      (resource === '*' || resource === type.resource) &&
      (pattern === '*/*' || (sub === undefined ? subresource === undefined : sub === '*' ? true : sub === subresource))
    );
  });
}
