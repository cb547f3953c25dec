import type { AnyObject } from '../../../kube/object.ts';
import { services } from '../../../kube/resource-type.ts';
import type { Entry } from '../../store/store.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import type { Resource } from '../registry/resource.ts';
import type { ServerCore } from '../server-core.ts';
import { releaseAddresses } from './prepare-context.ts';

/** Takes an object out of the store. Watchers see its last state with the revision of the deletion. */
export function removeEntry(core: ServerCore, resource: Resource, entry: Entry, lastState: AnyObject): StoredValue {
  const gone = core.store.delete(entry.key, entry.revision, (revision) => ({
    ...lastState,
    metadata: { ...lastState.metadata, resourceVersion: String(revision) },
  }));
  if (resource.type.group === services.group && resource.type.resource === services.resource) releaseAddresses(core, lastState);
  resource.afterDelete?.(gone.value.object as AnyObject);
  core.rbac.noteWrite(resource.type);
  return gone.value;
}
