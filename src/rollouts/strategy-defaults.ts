import type { IntOrString } from '../kube/object.ts';
import type { BlueGreenStrategy, CanaryStep, CanaryStrategy, PodMetadata, Rollout } from './rollout.ts';

const DEFAULT_DELAY_SECONDS = 30;

/** `spec.replicas`, 1 when absent. */
export function replicasOf(rollout: Rollout): number {
  return rollout.spec.replicas ?? 1;
}

export function canaryOf(rollout: Rollout): CanaryStrategy {
  return rollout.spec.strategy?.canary ?? {};
}

export function blueGreenOf(rollout: Rollout): BlueGreenStrategy | undefined {
  return rollout.spec.strategy?.blueGreen ?? undefined;
}

/** The Services whose selectors a Rollout manages. */
export function servicesOf(rollout: Rollout): string[] {
  const { canaryService, stableService } = canaryOf(rollout);
  const { activeService, previewService } = blueGreenOf(rollout) ?? {};
  return [canaryService, stableService, activeService, previewService].filter((name) => name !== undefined && name !== '') as string[];
}

/** Metadata that the strategy adds to the Pods of the version being tried, and to those of the stable one. */
export function injectedMetadataOf(rollout: Rollout): { trial: PodMetadata | undefined; stable: PodMetadata | undefined } {
  const { canaryMetadata, stableMetadata } = canaryOf(rollout);
  const { previewMetadata, activeMetadata } = blueGreenOf(rollout) ?? {};
  return { trial: canaryMetadata ?? previewMetadata, stable: stableMetadata ?? activeMetadata };
}

export function stepsOf(rollout: Rollout): readonly CanaryStep[] {
  return canaryOf(rollout).steps ?? [];
}

/** The weight that stands for all traffic: `trafficRouting.maxTrafficWeight`, 100 unless set. */
export function maxWeightOf(rollout: Rollout): number {
  return canaryOf(rollout).trafficRouting?.maxTrafficWeight ?? 100;
}

export function hasTrafficRouting(rollout: Rollout): boolean {
  return canaryOf(rollout).trafficRouting !== undefined && canaryOf(rollout).trafficRouting !== null;
}

/** The names of the Ingresses that carry the stable traffic; `stableIngress` is a list of one. */
export function stableIngressesOf(rollout: Rollout): string[] {
  const nginx = canaryOf(rollout).trafficRouting?.nginx;
  return nginx?.stableIngresses ?? (nginx?.stableIngress ? [nginx.stableIngress] : []);
}

export function isFullyPromoted(rollout: Rollout): boolean {
  const { stableRS, currentPodHash } = rollout.status ?? {};
  return stableRS !== undefined && stableRS !== '' && stableRS === currentPodHash;
}

/** The step a Rollout is at, or `undefined` when it has none left (or none at all). */
export function currentStepOf(rollout: Rollout): { step: CanaryStep; index: number } | undefined {
  const index = rollout.status?.currentStepIndex ?? 0;
  const step = stepsOf(rollout)[index];
  return step === undefined ? undefined : { step, index };
}

/** Resolves a count or a percentage such as `25%` of `total`. Text that is neither counts as 0. */
export function scaled(value: IntOrString, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  if (!/^-?\d+%$/.test(value)) return /^-?\d+$/.test(value) ? Number(value) : 0;
  const exact = (Number(value.slice(0, -1)) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

/** Pods above and below `spec.replicas` that an update may have. Both 0 after rounding gives one unavailable Pod. */
export function surgeAndUnavailable(rollout: Rollout): { maxSurge: number; maxUnavailable: number } {
  const blueGreen = blueGreenOf(rollout);
  const { maxSurge = '25%', maxUnavailable = '25%' } =
    blueGreen === undefined ? canaryOf(rollout) : { maxSurge: 0, maxUnavailable: blueGreen.maxUnavailable };
  const replicas = replicasOf(rollout);
  const surge = scaled(maxSurge, replicas, 'up');
  const unavailable = Math.min(scaled(maxUnavailable, replicas, 'down'), replicas);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** Seconds that the old stable ReplicaSet keeps its Pods after a promotion. Always 0 for a canary without traffic routing. */
export function scaleDownDelaySeconds(rollout: Rollout): number {
  const blueGreen = blueGreenOf(rollout);
  if (blueGreen !== undefined) return blueGreen.scaleDownDelaySeconds ?? DEFAULT_DELAY_SECONDS;
  const canary = canaryOf(rollout);
  if (!hasTrafficRouting(rollout) || canary.dynamicStableScale) return 0;
  return canary.scaleDownDelaySeconds ?? DEFAULT_DELAY_SECONDS;
}

/** How many old ReplicaSets may keep their Pods during the delay. */
export function scaleDownDelayRevisionLimit(rollout: Rollout): number {
  return blueGreenOf(rollout)?.scaleDownDelayRevisionLimit ?? canaryOf(rollout).scaleDownDelayRevisionLimit ?? Number.POSITIVE_INFINITY;
}

/** Seconds that an aborted canary or preview keeps its Pods; `undefined` when the abort schedules no deadline. */
export function abortScaleDownDelaySeconds(rollout: Rollout): number | undefined {
  const blueGreen = blueGreenOf(rollout);
  if (blueGreen !== undefined)
    return blueGreen.abortScaleDownDelaySeconds === 0 ? undefined : (blueGreen.abortScaleDownDelaySeconds ?? DEFAULT_DELAY_SECONDS);
  const canary = canaryOf(rollout);
  if (!hasTrafficRouting(rollout)) return undefined;
  if (canary.abortScaleDownDelaySeconds === undefined) return canary.dynamicStableScale ? undefined : DEFAULT_DELAY_SECONDS;
  return canary.abortScaleDownDelaySeconds === 0 ? undefined : canary.abortScaleDownDelaySeconds;
}
