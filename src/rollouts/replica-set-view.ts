import type { ReplicaSet } from '../kube/generated/types.ts';
import { POD_TEMPLATE_HASH } from './rollout.ts';

/** The counts of one ReplicaSet that decisions look at. */
export interface ReplicaCounts {
  spec: number;
  available: number;
  replicas: number;
}

export const NO_PODS: ReplicaCounts = { spec: 0, available: 0, replicas: 0 };

export function countsOf(rs: ReplicaSet | undefined): ReplicaCounts {
  if (rs === undefined) return NO_PODS;
  return { spec: rs.spec.replicas ?? 1, available: rs.status?.availableReplicas ?? 0, replicas: rs.status?.replicas ?? 0 };
}

export function hashOf(rs: ReplicaSet | undefined): string {
  return rs?.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
}

export function sumOf(sets: readonly ReplicaSet[], count: keyof ReplicaCounts): number {
  return sets.reduce((sum, rs) => sum + countsOf(rs)[count], 0);
}
