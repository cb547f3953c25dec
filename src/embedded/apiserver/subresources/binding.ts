import { rfc3339 } from '../../../base/clock.ts';
import { withCondition } from '../../../kube/conditions.ts';
import type { Binding, Pod, PodCondition } from '../../../kube/generated/types.ts';
import type { AnyObject, ObjectKey } from '../../../kube/object.ts';
import { pods } from '../../../kube/resource-type.ts';
import { conflict, fieldError, invalid, notFound } from '../../../kube/status-error.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey } from '../storage-key.ts';

/** POST pods/binding: puts a Pod on a node (k8s.io/kubernetes/pkg/registry/core/pod/storage assignPod). */
export function bindPod(core: ServerCore, _ctx: RequestContext, key: ObjectKey, body: Partial<Binding>, dryRun: boolean): void {
  const node = body.target?.name;
  if (!node) throw invalid({ ...pods, kind: 'Binding', resource: 'bindings' }, key.name, [fieldError.required('target.name')]);
  const path = storageKey(pods, key.namespace, key.name);
  const entry = core.store.get(path);
  if (entry === undefined) throw notFound(pods, key.name);
  const pod = entry.value.object as Pod;
  if (body.metadata?.uid && body.metadata.uid !== pod.metadata.uid)
    throw conflict(
      pods,
      key.name,
      `Precondition failed: UID in precondition: ${body.metadata.uid}, UID in object meta: ${pod.metadata.uid}`,
    );
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict({ ...pods, resource: 'pods/binding' }, key.name, `pod ${key.name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName)
    throw conflict(
      { ...pods, resource: 'pods/binding' },
      key.name,
      `pod ${key.name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`,
    );
  if (dryRun) return;
  const condition: PodCondition = {
    type: 'PodScheduled',
    status: 'True',
    lastTransitionTime: rfc3339(core.clock.nowMs()),
    observedGeneration: pod.metadata.generation,
  };
  core.store.update(
    path,
    entry.revision,
    (revision) =>
      ({
        ...pod,
        metadata: {
          ...pod.metadata,
          ...(body.metadata?.annotations ? { annotations: { ...pod.metadata.annotations, ...body.metadata.annotations } } : {}),
          resourceVersion: String(revision),
        },
        spec: { ...pod.spec!, nodeName: node },
        status: { ...pod.status, conditions: withCondition(pod.status?.conditions, condition) },
      }) satisfies Pod as AnyObject,
  );
}
