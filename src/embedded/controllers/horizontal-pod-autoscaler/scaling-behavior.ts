import type { V2HorizontalPodAutoscalerSpec, V2HPAScalingPolicy, V2HPAScalingRules } from '../../../kube/generated/types.ts';

/** --horizontal-pod-autoscaler-downscale-stabilization, and the default window of `scaleDown`. */
const DOWN_WINDOW_MS = 300_000;

/** What an autoscaler remembers between its looks. */
export interface AutoscalerHistory {
  recommendations: { replicas: number; atMs: number }[];
  ups: { change: number; atMs: number }[];
  downs: { change: number; atMs: number }[];
}

/** A reason and its message, as a condition has them. */
export interface Why {
  reason: string;
  message: string;
}

const READY: Why = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const WITHIN: Why = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const TOO_MANY: Why = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
const TOO_FEW: Why = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };
const UP_LIMIT: Why = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' };
const DOWN_LIMIT: Why = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' };
const STABLE_DOWN: Why = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const STABLE_UP: Why = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};

/** How a wanted size becomes one that may be had now. `limited`: the size was cut, and why; else that it was not. */
export interface Normalized {
  replicas: number;
  able: Why;
  limited: Why;
  isLimited: boolean;
}

/** Remembers the wanted size, and holds it back as windows, policies and bounds ask (podautoscaler normalizeDesiredReplicas, …WithBehaviors). */
export function normalize(
  spec: V2HorizontalPodAutoscalerSpec,
  current: number,
  wanted: number,
  history: AutoscalerHistory,
  nowMs: number,
): Normalized {
  const { behavior, maxReplicas, minReplicas = 1 } = spec;
  const stable = behavior === undefined ? plainlyStable(wanted, history, nowMs) : stabilized(spec, current, wanted, history, nowMs);
  const able = stable === wanted ? READY : behavior !== undefined && wanted >= current ? STABLE_UP : STABLE_DOWN;
  const { replicas, why } =
    behavior === undefined
      ? withinRules(current, stable, minReplicas, maxReplicas)
      : withinRates(spec, current, stable, minReplicas, history, nowMs);
  return { replicas, able, limited: why, isLimited: replicas !== stable };
}

function remember(history: AutoscalerHistory, replicas: number, nowMs: number, windowMs: number): void {
  history.recommendations = history.recommendations.filter(({ atMs }) => atMs > nowMs - windowMs);
  history.recommendations.push({ replicas, atMs: nowMs });
}

function plainlyStable(wanted: number, history: AutoscalerHistory, nowMs: number): number {
  const most = Math.max(wanted, ...recent(history, nowMs, DOWN_WINDOW_MS));
  remember(history, wanted, nowMs, DOWN_WINDOW_MS);
  return most;
}

function recent(history: AutoscalerHistory, nowMs: number, windowMs: number): number[] {
  return history.recommendations.filter(({ atMs }) => atMs > nowMs - windowMs).map(({ replicas }) => replicas);
}

function stabilized(
  { behavior }: V2HorizontalPodAutoscalerSpec,
  current: number,
  wanted: number,
  history: AutoscalerHistory,
  nowMs: number,
): number {
  const upMs = (behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const downMs = (behavior?.scaleDown?.stabilizationWindowSeconds ?? DOWN_WINDOW_MS / 1000) * 1000;
  const least = Math.min(wanted, ...recent(history, nowMs, upMs));
  const most = Math.max(wanted, ...recent(history, nowMs, downMs));
  remember(history, wanted, nowMs, Math.max(upMs, downMs));
  return Math.min(Math.max(current, least), most);
}

/** Bounds, and at most twice as many Pods at a time (convertDesiredReplicasWithRules). */
function withinRules(current: number, wanted: number, min: number, max: number): { replicas: number; why: Why } {
  const limit = Math.max(2 * current, 4);
  if (wanted < min) return { replicas: min, why: TOO_FEW };
  if (wanted > Math.min(max, limit)) return max > limit ? { replicas: limit, why: UP_LIMIT } : { replicas: max, why: TOO_MANY };
  return { replicas: wanted, why: WITHIN };
}

/** Bounds and the rates of policies (convertDesiredReplicasWithBehaviorRate). */
function withinRates(
  { behavior, maxReplicas }: V2HorizontalPodAutoscalerSpec,
  current: number,
  wanted: number,
  min: number,
  history: AutoscalerHistory,
  nowMs: number,
): { replicas: number; why: Why } {
  if (wanted > current) {
    const limit = Math.max(current, upLimit(behavior?.scaleUp, current, history, nowMs));
    if (wanted > Math.min(maxReplicas, limit))
      return maxReplicas > limit ? { replicas: limit, why: UP_LIMIT } : { replicas: maxReplicas, why: TOO_MANY };
  } else if (wanted < current) {
    const limit = Math.min(current, downLimit(behavior?.scaleDown, current, history, nowMs));
    if (wanted < Math.max(min, limit)) return min < limit ? { replicas: limit, why: DOWN_LIMIT } : { replicas: min, why: TOO_FEW };
  }
  return { replicas: wanted, why: WITHIN };
}

/** autoscaling/v2 GenerateHPAScaleUpRules and GenerateHPAScaleDownRules. */
const UP_POLICIES: readonly V2HPAScalingPolicy[] = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const DOWN_POLICIES: readonly V2HPAScalingPolicy[] = [{ type: 'Percent', value: 100, periodSeconds: 15 }];

function sum(changes: AutoscalerHistory['ups'], { periodSeconds }: V2HPAScalingPolicy, nowMs: number): number {
  return changes.filter(({ atMs }) => atMs > nowMs - periodSeconds * 1000).reduce((total, { change }) => total + change, 0);
}

function upLimit(rules: V2HPAScalingRules | undefined, current: number, { ups, downs }: AutoscalerHistory, nowMs: number): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const proposals = (rules?.policies ?? UP_POLICIES).map((policy) => {
    const atStart = current - sum(ups, policy, nowMs) + sum(downs, policy, nowMs);
    return policy.type === 'Pods' ? atStart + policy.value : Math.ceil(atStart * (1 + policy.value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals);
}

function downLimit(rules: V2HPAScalingRules | undefined, current: number, { ups, downs }: AutoscalerHistory, nowMs: number): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const proposals = (rules?.policies ?? DOWN_POLICIES).map((policy) => {
    const atStart = current - sum(ups, policy, nowMs) + sum(downs, policy, nowMs);
    return policy.type === 'Pods' ? atStart - policy.value : Math.trunc(atStart * (1 - policy.value / 100));
  });
  // The policy that lets most go is the one that allows the smallest size.
  return rules?.selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals);
}

/** Remembers that the target was scaled, as long as a policy may ask for it (an hour at most). */
export function rememberScale(history: AutoscalerHistory, from: number, to: number, nowMs: number): void {
  const keep = (changes: AutoscalerHistory['ups']): AutoscalerHistory['ups'] => changes.filter(({ atMs }) => atMs > nowMs - 3_600_000);
  history.ups = keep(history.ups);
  history.downs = keep(history.downs);
  if (to > from) history.ups.push({ change: to - from, atMs: nowMs });
  else history.downs.push({ change: from - to, atMs: nowMs });
}
