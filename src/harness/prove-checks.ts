import { messageOf } from '../base/errors.ts';
import type { ObjectKey } from '../kube/object.ts';
import { deployments } from '../kube/resource-type.ts';
import { isStatus } from '../kube/status-error.ts';
import type { Check, CheckContext, Verdict } from './check.ts';
import { valueAt } from './checks/path-value.ts';
import { mutationsOf } from './mutations.ts';
import { shortLook } from './short-look.ts';
import { watchUntil } from './watch-until.ts';

/** A check that failed after a real change, or why no change made it fail. */
export type Proof =
  | { check: string; proven: true; change: string; expected: string; observed: string }
  | { check: string; proven: false; why: string };

/** How long a check may go on hoping after the change. */
const HOPE_MS = 80;
/** Answers change when the data plane has followed. */
const ANSWERS_MS = 250;
/** What is counted from the background requests needs some of them first. */
const COUNTING_MS = 1500;
/** How long the data plane may take to follow a change. */
const FOLLOW_MS = 3000;
const CONTROLLER_MS = 60_000;

/**
 * Changes the cluster under every check of a step that has just held, one observation at a time, until the check fails, and
 * takes each change back. `controllers` stand still meanwhile, so that nothing is put right behind the proof. Use it as
 * `afterChecks` of `runLab`.
 */
export async function proveChecks(
  checks: readonly Check[],
  ctx: CheckContext,
  controllers: readonly Required<ObjectKey>[],
): Promise<Proof[]> {
  // A controller whose own Deployment is being checked must run.
  const idle = controllers.filter(
    ({ namespace, name }) =>
      !checks.some((check) =>
        check.observes.some((seen) => seen.kind === 'field' && seen.key.namespace === namespace && seen.key.name === name),
      ),
  );
  const resume = await stopped(idle, ctx);
  const proofs: Proof[] = [];
  try {
    // What has happened cannot be taken back: checks of history go first, before other changes add to it.
    for (const check of [...checks].sort((a, b) => Number(b.historic === true) - Number(a.historic === true)))
      proofs.push(await proveCheck(check, ctx));
  } finally {
    await resume();
  }
  return proofs;
}

export async function proveCheck(check: Check, ctx: CheckContext): Promise<Proof> {
  const reasons: string[] = [];
  for (const mutation of mutationsOf(check)) {
    let undo: (signal: AbortSignal) => Promise<void>;
    try {
      undo = await mutation.apply(ctx.api, ctx.signal);
    } catch (error) {
      reasons.push(`${mutation.change}: ${messageOf(error)}`);
      continue;
    }
    try {
      const verdict = await (mutation.observation.kind === 'http' ? answersLook(check, ctx) : shortLook(check, ctx, HOPE_MS));
      if (!verdict.holds)
        return { check: check.id, proven: true, change: mutation.change, expected: verdict.expected, observed: verdict.observed };
      reasons.push(`${mutation.change}: it still holds`);
    } finally {
      await undo(ctx.signal);
    }
  }
  return { check: check.id, proven: false, why: reasons.join('; ') };
}

/** Looks again and again until the data plane has followed the change: each time at requests that were sent since. */
async function answersLook(check: Check, ctx: CheckContext): Promise<Verdict> {
  const deadlineMs = ctx.clock.nowMs() + FOLLOW_MS;
  for (;;) {
    const { requests, failures } = ctx.probe?.snapshot() ?? { requests: 0, failures: 0 };
    const history = { ...ctx.history, probeAtStepStart: { requests, failures } };
    const verdict = await shortLook(check, { ...ctx, history }, check.historic === true ? COUNTING_MS : ANSWERS_MS);
    if (!verdict.holds || ctx.clock.nowMs() > deadlineMs) return verdict;
  }
}

/** Scales Deployments to 0 and waits until their Pods are gone; the result brings them back. Those that do not exist are left out. */
async function stopped(controllers: readonly Required<ObjectKey>[], ctx: CheckContext): Promise<() => Promise<void>> {
  const changed: { key: Required<ObjectKey>; replicas: number }[] = [];
  const scale = async (key: Required<ObjectKey>, replicas: number): Promise<void> => {
    await ctx.api.patch(deployments, key, { type: 'merge', body: { spec: { replicas } } }, { signal: ctx.signal });
    await watchUntil(
      [{ resource: deployments, ...key }],
      ([found]) => {
        const available = Number(valueAt(found![0], ['status', 'availableReplicas']) ?? 0);
        const existing = Number(valueAt(found![0], ['status', 'replicas']) ?? 0);
        return { holds: available === replicas && existing === replicas, expected: String(replicas), observed: String(available) };
      },
      ctx,
      CONTROLLER_MS,
    );
  };
  for (const key of controllers) {
    const found = await ctx.api.get(deployments, key, { signal: ctx.signal }).catch((error: unknown) => {
      if (isStatus(error, 'NotFound')) return undefined;
      throw error;
    });
    const replicas = found?.spec?.replicas ?? 0;
    if (replicas === 0) continue;
    await scale(key, 0);
    changed.push({ key, replicas });
  }
  return async () => {
    for (const { key, replicas } of changed) await scale(key, replicas);
  };
}
