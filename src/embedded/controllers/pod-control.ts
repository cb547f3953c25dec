import type { Pod } from '../../kube/generated/types.ts';
import { type Draft, type KubeObject, keyOf } from '../../kube/object.ts';
import { apiVersionOf, pods, type ResourceType } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import type { ControllerDeps } from './controller.ts';

type Deps = Pick<ControllerDeps, 'api' | 'events'>;

const subject = <O extends KubeObject>(type: ResourceType, owner: O): O => ({ ...owner, apiVersion: apiVersionOf(type), kind: type.kind });

/** Creates a Pod for `owner` and says so in an event on it (k8s.io/kubernetes/pkg/controller RealPodControl). */
export async function createPod(deps: Deps, type: ResourceType, owner: KubeObject, draft: Draft<Pod>): Promise<Pod> {
  try {
    const pod = await deps.api.create(pods, draft);
    deps.events.record(subject(type, owner), 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    return pod;
  } catch (error) {
    if (!isNamespaceTerminating(error)) {
      deps.events.record(
        subject(type, owner),
        'Warning',
        'FailedCreate',
        `Error creating: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    throw error;
  }
}

/** Deletes a Pod of `owner` and says so; a Pod that is gone already is no failure worth an event. */
export async function deletePod(deps: Deps, type: ResourceType, owner: KubeObject, pod: Pod): Promise<void> {
  try {
    await deps.api.delete(pods, keyOf(pod), { preconditions: { uid: pod.metadata.uid } });
    deps.events.record(subject(type, owner), 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  } catch (error) {
    if (!isStatus(error, 'NotFound'))
      deps.events.record(
        subject(type, owner),
        'Warning',
        'FailedDelete',
        `Error deleting: ${error instanceof Error ? error.message : String(error)}`,
      );
    throw error;
  }
}

/** The creation was refused because its namespace is on the way out: nothing to report, nothing to retry. */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    isStatus(error, 'Forbidden') &&
    (error.status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true ||
      error.message.includes('because it is being terminated'))
  );
}
