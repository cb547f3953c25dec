import type { WireTrafficSample } from '../wire.ts';

export interface TrafficShare {
  requests: number;
  canary: number;
  stable: number;
  others: number;
  failures: number;
  canaryPercent: number;
  /** Half the width of the 95 % interval around `canaryPercent` (Wilson). */
  marginPercent: number;
  byStatus: Record<string, number>;
  p95Ms: number;
}

/** What the samples together say. */
export function trafficShare(samples: readonly WireTrafficSample[]): TrafficShare {
  const total = { canary: 0, stable: 0, others: 0, failures: 0 };
  const byStatus: Record<string, number> = {};
  for (const sample of samples) {
    total.failures += sample.failures;
    for (const [hash, count] of Object.entries(sample.byHash)) total[roleOf(hash, sample)] += count;
    for (const [status, count] of Object.entries(sample.byStatus)) byStatus[status] = (byStatus[status] ?? 0) + count;
  }
  const answered = total.canary + total.stable + total.others;
  const share = answered === 0 ? 0 : total.canary / answered;
  const z = 1.96;
  const margin =
    answered === 0 ? 0 : (z / (1 + z ** 2 / answered)) * Math.sqrt((share * (1 - share)) / answered + z ** 2 / (4 * answered ** 2));
  const requests = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  return {
    ...total,
    requests,
    canaryPercent: share * 100,
    marginPercent: margin * 100,
    byStatus,
    p95Ms: Math.max(0, ...samples.map((sample) => sample.p95Ms)),
  };
}

/** After the last step the canary is the stable version: there is no canary then. */
function roleOf(hash: string, { canaryHash, stableHash }: WireTrafficSample): 'canary' | 'stable' | 'others' {
  if (hash !== '' && hash === stableHash) return 'stable';
  return hash !== '' && hash === canaryHash ? 'canary' : 'others';
}
