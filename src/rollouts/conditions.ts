import { rfc3339 } from '../base/clock.ts';
import type { RolloutCondition } from './rollout.ts';

/** A condition whose times are both now. */
export function aCondition(
  nowMs: number,
  type: string,
  status: RolloutCondition['status'],
  reason: string,
  message: string,
): RolloutCondition {
  const now = rfc3339(nowMs);
  return { type, status, reason, message, lastUpdateTime: now, lastTransitionTime: now };
}

/**
 * Sets a condition as the Argo controller does: nothing changes while status and reason stay; otherwise it moves to the end
 * and keeps its transition time if the status stays.
 */
export function setCondition(
  conditions: readonly RolloutCondition[],
  next: RolloutCondition,
): { conditions: RolloutCondition[]; changed: boolean } {
  const before = conditions.find(({ type }) => type === next.type);
  if (before !== undefined && before.status === next.status && before.reason === next.reason)
    return { conditions: [...conditions], changed: false };
  return { conditions: replaceCondition(conditions, next), changed: true };
}

/** Sets a condition even if only its text or update time is new. */
export function replaceCondition(conditions: readonly RolloutCondition[], next: RolloutCondition): RolloutCondition[] {
  const before = conditions.find(({ type }) => type === next.type);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : next.lastTransitionTime;
  return [...conditions.filter(({ type }) => type !== next.type), { ...next, lastTransitionTime }];
}
