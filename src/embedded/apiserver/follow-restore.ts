import { messageOf } from '../../base/errors.ts';
import type { Service } from '../../kube/generated/types.ts';
import { clusterRoles, services } from '../../kube/resource-type.ts';
import type { Entry, StoreEvent } from '../store/store.ts';
import type { ServerCore } from './server-core.ts';
import { storagePrefix } from './storage-key.ts';

/** Brings what the verbs keep up themselves into line with writes that were made behind them: Service addresses and access rules. */
export function followRestore(core: ServerCore, events: readonly StoreEvent[]): void {
  const before = new Set<string>();
  const after = new Set<string>();
  for (const event of events) {
    if (!event.key.startsWith(storagePrefix(services))) continue;
    for (const ip of event.previous === undefined ? [] : addressesIn(event.previous)) before.add(ip);
    for (const ip of event.type === 'deleted' ? [] : addressesIn(event.entry)) after.add(ip);
  }
  for (const ip of before) if (!after.has(ip)) core.addresses.releaseServiceIp(ip);
  for (const ip of after) {
    if (before.has(ip)) continue;
    try {
      core.addresses.allocateServiceIp(ip);
    } catch (error) {
      core.log.warn(`cannot take ${ip} back: ${messageOf(error)}`);
    }
  }
  core.rbac.noteWrite(clusterRoles);
}

function addressesIn(entry: Entry): string[] {
  return ((entry.value.object as Service).spec?.clusterIPs ?? []).filter((ip) => ip !== '' && ip !== 'None');
}
