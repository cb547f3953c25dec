import { clocks } from '../kube/clock-resource.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { isStatus } from '../kube/status-error.ts';

/** The cluster's time and how many cluster seconds pass in one of the host's. */
export interface ClusterTime {
  read(signal: AbortSignal): Promise<{ nowMs: number; rate: number }>;
}

/** Asks the cluster's clock object where there is one. `nowMs` is taken after the answer, whose `Date` header makes it fresh. */
export function createClusterTime(api: KubeApi, nowMs: () => number): ClusterTime {
  let isVirtual = true;
  let rate = 1;
  return {
    async read(signal) {
      if (!isVirtual) return { nowMs: nowMs(), rate: 1 };
      try {
        const clock = await api.get(clocks, { name: 'cluster' }, { signal });
        isVirtual = clock !== undefined;
        rate = clock?.status?.rate ?? clock?.spec.rate ?? 1;
      } catch (error) {
        // A cluster that is away for a while still has its clock.
        if (isStatus(error, 'Forbidden')) isVirtual = false;
      }
      return { nowMs: nowMs(), rate };
    },
  };
}
