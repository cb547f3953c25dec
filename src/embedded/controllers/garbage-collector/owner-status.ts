import type { OwnerReference } from '../../../kube/generated/types.ts';
import type { KubeObject } from '../../../kube/object.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** `unknown`: nothing serves the owner's type now, so nothing can be said. */
export type OwnerStatus = 'solid' | 'dangling' | 'waiting' | 'unknown';

/** What a reference is worth (garbagecollector.go classifyReferences): its owner lives, is gone, or waits for its dependents to go first. */
export function ownerStatus(reference: OwnerReference, owner: KubeObject | undefined): OwnerStatus {
  if (owner === undefined || owner.metadata.uid !== reference.uid) return 'dangling';
  return isWaitingForDependents(owner) ? 'waiting' : 'solid';
}

export function isWaitingForDependents(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(FOREGROUND) === true;
}

export function isOrphaning(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(ORPHAN) === true;
}

/** Holds back the foreground deletion of the owner with this uid. */
export function blocks(dependent: KubeObject, ownerUid: string): boolean {
  return (
    dependent.metadata.ownerReferences?.some((reference) => reference.uid === ownerUid && reference.blockOwnerDeletion === true) === true
  );
}

/** The policy that continues what an object's own finalizers ask for. */
export function policyOf(object: KubeObject): 'Foreground' | 'Background' | 'Orphan' {
  if (object.metadata.finalizers?.includes(ORPHAN)) return 'Orphan';
  return object.metadata.finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background';
}
