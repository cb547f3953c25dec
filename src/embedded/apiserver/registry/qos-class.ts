import type { PodSpec } from '../../../kube/generated/types.ts';
import { quantityNanos } from '../../../kube/quantity.ts';

const COUNTED = ['cpu', 'memory'];

/** Guaranteed: limits equal requests for cpu and memory everywhere; BestEffort: neither anywhere; else Burstable. */
export function qosClass(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const amount = (list: Record<string, string> | undefined, name: string): bigint => quantityNanos(list?.[name] ?? '0') ?? 0n;
  const isUsed = containers.some(({ resources }) =>
    COUNTED.some((name) => amount(resources?.requests, name) > 0n || amount(resources?.limits, name) > 0n),
  );
  if (!isUsed) return 'BestEffort';
  const isGuaranteed = containers.every(({ resources }) =>
    COUNTED.every((name) => {
      const limit = amount(resources?.limits, name);
      return limit > 0n && limit === amount(resources?.requests ?? resources?.limits, name);
    }),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
