import type { KubeObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';

/**
 * The state of an embedded cluster at one instant, kept so that the cluster can go back to it. Creating a Snapshot takes it;
 * deleting it gives its memory back. Offered by no other cluster.
 */
export interface Snapshot extends KubeObject {
  spec: {
    /** A counter: raise it above `status.restored` to bring the cluster back to the snapshot's state. */
    restore?: number | undefined;
  };
  status?:
    | {
        /** RFC 3339: cluster time when the snapshot was taken. */
        takenAt?: string | undefined;
        /** How many objects it holds. */
        objects?: number | undefined;
        /** The `spec.restore` that was last carried out. */
        restored?: number | undefined;
      }
    | undefined;
}

/** The label with the id of the lab whose step a snapshot is the start of. */
export const SNAPSHOT_LAB = 'canary-lab.internal/lab';

export const snapshots: ResourceType<Snapshot> = {
  group: 'canary-lab.internal',
  version: 'v1',
  resource: 'snapshots',
  kind: 'Snapshot',
  namespaced: false,
};
