import { clocks } from '../../kube/clock-resource.ts';
import { leases } from '../../kube/resource-type.ts';
import { snapshots } from '../../kube/snapshot-resource.ts';
import { storagePrefix } from '../apiserver/storage-key.ts';

const CLOCKS = storagePrefix(clocks);
const SNAPSHOTS = storagePrefix(snapshots);
const LEASES = storagePrefix(leases);

/** Whether what is stored under the key is an object that goes back: all but the time and the Snapshots themselves. */
export function isKept(key: string): boolean {
  return key.startsWith('/registry/') && !key.startsWith(CLOCKS) && !key.startsWith(SNAPSHOTS);
}

/** Whether the key is that of a Lease, which whoever holds it renews. */
export function isLease(key: string): boolean {
  return key.startsWith(LEASES);
}
