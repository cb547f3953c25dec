import { ownValue } from '../../../../base/own-value.ts';
import type { ResourceQuota } from '../../../../kube/generated/types.ts';

/** Used of hard per resource: requests in one cell, limits in the other. */
export function quotaCell(quota: ResourceQuota, part: 'request' | 'limit'): string {
  const hard = quota.status?.hard ?? {};
  return Object.keys(hard)
    .sort()
    .filter((name) => name.startsWith('limits.') === (part === 'limit'))
    .map((name) => `${name}: ${ownValue(quota.status?.used, name) ?? '0'}/${hard[name]}`)
    .join(', ');
}
