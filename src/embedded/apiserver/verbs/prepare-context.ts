import { messageOf } from '../../../base/errors.ts';
import type { Service } from '../../../kube/generated/types.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { services } from '../../../kube/resource-type.ts';
import type { PrepareContext } from '../registry/resource.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey, storagePrefix } from '../storage-key.ts';

const NODE_PORTS = { first: 30_000, last: 32_767 };

/** A `PrepareContext` whose allocations can be given back when the write fails. */
export interface Preparation extends PrepareContext {
  undo(): void;
}

export function prepareWith(core: ServerCore, dryRun: boolean): Preparation {
  const takenIps: string[] = [];
  const takenPorts = new Set<number>();
  return {
    nowMs: core.clock.nowMs(),
    dryRun,
    uid: () => core.random.uuid(),
    suffix: (length) => core.random.suffix(length),
    get: (type, key) => core.store.get(storageKey(type, key.namespace, key.name))?.value.object as never,
    list: (type) => core.store.list(storagePrefix(type)).entries.map((entry) => entry.value.object as never),
    allocateServiceIp(wanted) {
      const ip = core.addresses.allocateServiceIp(wanted);
      takenIps.push(ip);
      return ip;
    },
    allocateNodePort(wanted) {
      const used = nodePortsInUse(core);
      const isFree = (port: number): boolean => !used.has(port) && !takenPorts.has(port);
      if (wanted !== undefined && wanted !== 0) {
        if (wanted < NODE_PORTS.first || wanted > NODE_PORTS.last)
          throw new Error(`provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`);
        if (!isFree(wanted)) throw new Error('provided port is already allocated');
        takenPorts.add(wanted);
        return wanted;
      }
      const span = NODE_PORTS.last - NODE_PORTS.first + 1;
      const offset = core.random.below(span);
      for (let step = 0; step < span; step++) {
        const port = NODE_PORTS.first + ((offset + step) % span);
        if (!isFree(port)) continue;
        takenPorts.add(port);
        return port;
      }
      throw new Error('range is full');
    },
    undo() {
      for (const ip of takenIps) {
        try {
          core.addresses.releaseServiceIp(ip);
        } catch (error) {
          core.log.warn(`cannot release ${ip}: ${messageOf(error)}`);
        }
      }
      takenIps.length = 0;
    },
  };
}

function nodePortsInUse(core: ServerCore): Set<number> {
  const ports = new Set<number>();
  for (const entry of core.store.list(storagePrefix(services)).entries) {
    const { spec } = entry.value.object as Service;
    for (const { nodePort } of spec?.ports ?? []) if (nodePort) ports.add(nodePort);
    if (spec?.healthCheckNodePort) ports.add(spec.healthCheckNodePort);
  }
  return ports;
}

/** Gives back the addresses of a Service that is gone. */
export function releaseAddresses(core: ServerCore, object: KubeObject): void {
  for (const ip of (object as Service).spec?.clusterIPs ?? []) {
    if (ip !== 'None' && ip !== '') core.addresses.releaseServiceIp(ip);
  }
}
