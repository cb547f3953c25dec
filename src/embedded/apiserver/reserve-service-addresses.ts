import { messageOf } from '../../base/errors.ts';
import type { Service } from '../../kube/generated/types.ts';
import { services } from '../../kube/resource-type.ts';
import type { ServerCore } from './server-core.ts';
import { storagePrefix } from './storage-key.ts';

/** Takes the addresses of the Services that a kept store already holds, so that no new one gets them. */
export function reserveServiceAddresses(core: ServerCore): void {
  for (const entry of core.store.list(storagePrefix(services)).entries) {
    const service = entry.value.object as Service;
    for (const ip of service.spec?.clusterIPs ?? []) {
      if (ip === '' || ip === 'None') continue;
      try {
        core.addresses.allocateServiceIp(ip);
      } catch (error) {
        core.log.warn(`cannot reserve ${ip} of Service ${service.metadata.namespace}/${service.metadata.name}: ${messageOf(error)}`);
      }
    }
  }
}
