import type { KubeObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';

/** How fast the time of an embedded cluster runs, and where it stands: `Clock/cluster`. Offered by no other cluster. */
export interface Clock extends KubeObject {
  spec: {
    /** Cluster seconds per host second; 0 stops time. */
    rate?: number | undefined;
    /** RFC 3339: jump to this instant, settling on the way. Instants in the past change nothing. */
    advanceTo?: string | undefined;
  };
  status?:
    | {
        /** RFC 3339: cluster time when the status was written. */
        now?: string | undefined;
        rate?: number | undefined;
      }
    | undefined;
}

export const clocks: ResourceType<Clock> = {
  group: 'canary-lab.internal',
  version: 'v1',
  resource: 'clocks',
  kind: 'Clock',
  namespaced: false,
};
