/** The part that all conditions share. */
export interface ConditionLike {
  type: string;
  status: string;
  reason?: string | undefined;
  message?: string | undefined;
  lastTransitionTime?: string | undefined;
}

export function findCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(conditions: readonly ConditionLike[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/** The list with `condition` set in place; `lastTransitionTime` is kept while the status stays the same. */
export function withCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, condition: C): C[] {
  const before = findCondition(conditions, condition.type);
  const next =
    before?.status === condition.status && before.lastTransitionTime !== undefined
      ? { ...condition, lastTransitionTime: before.lastTransitionTime }
      : condition;
  if (before === undefined) return [...(conditions ?? []), next];
  return (conditions ?? []).map((other) => (other.type === condition.type ? next : other));
}
