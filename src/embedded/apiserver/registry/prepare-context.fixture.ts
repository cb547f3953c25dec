import type { KubeObject, ObjectKey } from '../../../kube/object.ts';
import { keyString } from '../../../kube/object.ts';
import type { ResourceType } from '../../../kube/resource-type.ts';
import type { PrepareContext } from './resource.ts';

/** Hands out addresses and ports in order, refuses those in `taken`, and finds the given objects by resource and key. */
export function aPrepareContext(options: { taken?: readonly (string | number)[]; objects?: Record<string, object> } = {}): PrepareContext {
  const taken = new Set<string | number>(options.taken);
  let address = 0;
  let port = 30_000;
  const take = <V extends string | number>(value: V): V => {
    if (taken.has(value))
      throw new Error(typeof value === 'string' ? 'provided IP is already allocated' : 'provided port is already allocated');
    taken.add(value);
    return value;
  };
  return {
    nowMs: 0,
    allocateServiceIp: (wanted) => take(wanted ?? `10.96.0.${++address}`),
    allocateNodePort(wanted) {
      while (taken.has(port)) port += 1;
      return take(wanted ?? port);
    },
    get: <R extends KubeObject>(type: ResourceType<R>, key: ObjectKey) =>
      options.objects?.[`${type.resource}/${keyString(key)}`] as R | undefined,
    list: <R extends KubeObject>(type: ResourceType<R>) =>
      Object.entries(options.objects ?? {})
        .filter(([key]) => key.startsWith(`${type.resource}/`))
        .map(([, object]) => object as R),
    uid: () => '00000000-0000-4000-8000-000000000000',
    suffix: (length) => 'b'.repeat(length),
    dryRun: false,
  };
}
