import type { Pod, ResourceQuota, Service } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { pods, resourceQuotas, services } from '../../../kube/resource-type.ts';
import { forbidden, groupResource } from '../../../kube/status-error.ts';
import type { Resource } from '../registry/resource.ts';
import type { ServerCore } from '../server-core.ts';
import { storagePrefix } from '../storage-key.ts';

/** How many of what `name` counts this object is: `pods`, `count/deployments.apps`, `services.nodeports`. */
export function countOf(name: string, row: Resource, object: AnyObject): number {
  const resource = groupResource(row.type);
  if (name === `count/${resource}`) return 1;
  if (resource === 'pods' && name === 'pods')
    return ['Succeeded', 'Failed'].includes((object as unknown as Pod).status?.phase ?? '') ? 0 : 1;
  if (resource === 'services' && name.startsWith('services.')) {
    const { type, ports = [] } = (object as unknown as Service).spec ?? {};
    if (name === 'services.loadbalancers') return type === 'LoadBalancer' ? 1 : 0;
    return type === 'NodePort' || type === 'LoadBalancer' ? ports.length : 0;
  }
  return name === resource ? 1 : 0;
}

/** What the quota's names count in its namespace now. */
export function usedBy(core: ServerCore, quota: ResourceQuota): Record<string, string> {
  const { namespace } = quota.metadata;
  const rows = core.table.all();
  return Object.fromEntries(
    Object.keys(quota.spec?.hard ?? {}).map((name) => {
      const plain = name.replace(/^count\//, '').replace(/^services\..*$/, 'services');
      const row = rows.find(({ type }) => groupResource(type) === plain && type.namespaced);
      if (row === undefined) return [name, '0'];
      const prefix = storagePrefix(row.type, namespace);
      const isPlain = row.type.group !== '' || (row.type.resource !== pods.resource && row.type.resource !== services.resource);
      const count = isPlain
        ? core.store.count(prefix)
        : core.store.list(prefix).entries.reduce((sum, entry) => sum + countOf(name, row, entry.value.object as AnyObject), 0);
      return [name, String(count)];
    }),
  );
}

/** Admission plugin ResourceQuota, for counts of objects. Throws Forbidden when the new object would be one too many. */
export function checkQuota(core: ServerCore, row: Resource, namespace: string, object: AnyObject): void {
  for (const entry of core.store.list(storagePrefix(resourceQuotas, namespace)).entries) {
    const quota = entry.value.object as ResourceQuota;
    const hard = quota.spec?.hard ?? {};
    const asked = Object.keys(hard)
      .map((name) => ({ name, count: countOf(name, row, object) }))
      .filter(({ count }) => count > 0);
    if (asked.length === 0) continue;
    const used = usedBy(core, quota);
    const over = asked
      .filter(({ name, count }) => Number(used[name]) + count > Number(hard[name]))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (over.length === 0) continue;
    const list = (value: (one: { name: string; count: number }) => string | number | undefined): string =>
      over.map((one) => `${one.name}=${value(one)}`).join(',');
    throw forbidden(
      row.type,
      object.metadata.name,
      `exceeded quota: ${quota.metadata.name}, requested: ${list(({ count }) => count)}, used: ${list(({ name }) => used[name])}, limited: ${list(({ name }) => hard[name])}`,
    );
  }
}
