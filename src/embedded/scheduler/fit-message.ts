import type { Rejection } from './filters.ts';

/** Why no node took the Pod, worded as scheduler/framework FitError with the outcome of the preemption that never helps here. */
export function fitMessage(rejections: readonly Rejection[]): string {
  const total = rejections.length;
  if (total === 0) return 'no nodes available to schedule pods';
  const preemption = rejections.map(({ isFinal }) =>
    isFinal ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod',
  );
  return `0/${total} nodes are available: ${counted(rejections.flatMap(({ reasons }) => reasons))}. no new claims to deallocate, preemption: 0/${total} nodes are available: ${counted(preemption)}.`;
}

function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
