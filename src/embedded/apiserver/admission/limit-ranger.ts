import { ownValue } from '../../../base/own-value.ts';
import type { Container, LimitRange, LimitRangeItem, Pod } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { parseQuantity } from '../../../kube/quantity.ts';
import { limitRanges, pods } from '../../../kube/resource-type.ts';
import { forbidden } from '../../../kube/status-error.ts';
import type { ServerCore } from '../server-core.ts';
import { storagePrefix } from '../storage-key.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Admission plugin LimitRanger for the containers of a new Pod: fills in what is left open, refuses what is out of bounds. */
export function limitPod(core: ServerCore, object: AnyObject): void {
  const pod = object as unknown as Pod;
  const items = core.store
    .list(storagePrefix(limitRanges, pod.metadata.namespace))
    .entries.flatMap((entry) => (entry.value.object as LimitRange).spec?.limits ?? [])
    .filter(({ type }) => type === 'Container');
  if (items.length === 0 || pod.spec === undefined) return;
  const containers = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])];
  const set = items.flatMap((item) => containers.flatMap((container) => fill(container, item)));
  if (set.length > 0) pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${set.join('; ')}` };
  const errors = items.flatMap((item) => containers.flatMap((container) => outOfBounds(container, item)));
  if (errors.length > 0) throw forbidden(pods, pod.metadata.name, errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
}

/** What was filled in, as the annotation tells it. */
function fill(container: Container, item: LimitRangeItem): string[] {
  const resources = (container.resources ??= {});
  const told: string[] = [];
  for (const [part, defaults] of [
    ['requests', item.defaultRequest],
    ['limits', item.default],
  ] as const) {
    const missing = Object.entries(defaults ?? {}).filter(([name]) => ownValue(resources[part], name) === undefined);
    if (missing.length === 0) continue;
    resources[part] = { ...resources[part], ...Object.fromEntries(missing) };
    told.push(
      `${missing
        .map(([name]) => name)
        .sort()
        .join(', ')} ${part === 'requests' ? 'request' : 'limit'} for container ${container.name}`,
    );
  }
  return told;
}

function outOfBounds(container: Container, item: LimitRangeItem): string[] {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const errors: string[] = [];
  for (const [name, least] of Object.entries(item.min ?? {})) {
    const request = ownValue(requests, name);
    if (request === undefined) errors.push(`minimum ${name} usage per Container is ${least}.  No request is specified`);
    else if (parseQuantity(request)! < parseQuantity(least)!)
      errors.push(`minimum ${name} usage per Container is ${least}, but request is ${request}`);
  }
  for (const [name, most] of Object.entries(item.max ?? {})) {
    const limit = ownValue(limits, name);
    if (limit === undefined) errors.push(`maximum ${name} usage per Container is ${most}.  No limit is specified`);
    else if (parseQuantity(limit)! > parseQuantity(most)!)
      errors.push(`maximum ${name} usage per Container is ${most}, but limit is ${limit}`);
  }
  return errors;
}
