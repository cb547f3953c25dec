import { rfc3339 } from '../../../base/clock.ts';
import { isConditionTrue, withCondition } from '../../../kube/conditions.ts';
import type { Eviction, Pod, PodDisruptionBudget } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import type { AnyObject, ObjectKey } from '../../../kube/object.ts';
import { podDisruptionBudgets, pods } from '../../../kube/resource-type.ts';
import { notFound, statusError } from '../../../kube/status-error.ts';
import { cloneJson } from '../clone-json.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey, storagePrefix } from '../storage-key.ts';
import { deleteObject } from '../verbs/delete-object.ts';
import { updateObject } from '../verbs/update-object.ts';

/** POST pods/eviction: a delete that a PodDisruptionBudget may refuse (k8s.io/kubernetes/pkg/registry/core/pod/storage/eviction.go). */
export async function evictPod(core: ServerCore, ctx: RequestContext, key: ObjectKey, body: Partial<Eviction>): Promise<object> {
  const pod = core.store.get(storageKey(pods, key.namespace, key.name))?.value.object as Pod | undefined;
  if (pod === undefined) throw notFound(pods, key.name);
  const options = body.deleteOptions ?? {};
  const needsBudget = pod.status?.phase === 'Running' || pod.status?.phase === 'Unknown';
  const dryRun = (options.dryRun ?? []).length > 0;
  if (needsBudget && pod.metadata.deletionTimestamp === undefined) {
    await spendBudget(core, ctx, pod, dryRun);
    if (!dryRun) await markDisrupted(core, ctx, key);
  }
  await deleteObject(core, ctx, core.table.get(pods), key, options);
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

/** The condition by which controllers tell a disruption from a failure. */
async function markDisrupted(core: ServerCore, ctx: RequestContext, key: ObjectKey): Promise<void> {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: rfc3339(core.clock.nowMs()),
  };
  await updateObject(
    core,
    ctx,
    core.table.get(pods),
    key,
    {
      subresource: 'status',
      compute(current) {
        const next = cloneJson(current) as unknown as Pod;
        next.status = { ...next.status, conditions: withCondition(next.status?.conditions, condition) };
        return next as unknown as AnyObject;
      },
    },
    { dryRun: false, fieldValidation: 'Ignore' },
  );
}

async function spendBudget(core: ServerCore, ctx: RequestContext, pod: Pod, dryRun: boolean): Promise<void> {
  const budgets = core.store
    .list(storagePrefix(podDisruptionBudgets, pod.metadata.namespace))
    .entries.map((entry) => entry.value.object as PodDisruptionBudget)
    .filter((budget) => selectorMatches(budget.spec?.selector, pod.metadata.labels));
  if (budgets.length > 1)
    throw statusError('InternalError', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  const [budget] = budgets;
  if (budget === undefined) return;
  const status = budget.status ?? {};
  const isReady = isConditionTrue(pod.status?.conditions, 'Ready');
  if (
    !isReady &&
    (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (status.currentHealthy ?? 0) >= (status.desiredHealthy ?? 0))
  )
    return;
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0))
    throw blocked(`The disruption budget ${budget.metadata.name} is still being processed by the server.`, 10);
  if ((status.disruptionsAllowed ?? 0) <= 0)
    throw blocked(
      `The disruption budget ${budget.metadata.name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`,
    );
  if (dryRun) return;
  await updateObject(
    core,
    ctx,
    core.table.get(podDisruptionBudgets),
    { namespace: budget.metadata.namespace, name: budget.metadata.name },
    {
      subresource: 'status',
      compute(current) {
        const next = cloneJson(current) as unknown as PodDisruptionBudget;
        next.status = {
          ...next.status,
          disruptionsAllowed: (next.status?.disruptionsAllowed ?? 1) - 1,
          disruptedPods: { ...next.status?.disruptedPods, [pod.metadata.name]: rfc3339(core.clock.nowMs()) },
        };
        return next as unknown as AnyObject;
      },
    },
    { dryRun: false, fieldValidation: 'Ignore' },
  );
}

function blocked(cause: string, retryAfterSeconds?: number): Error {
  return statusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: cause }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
