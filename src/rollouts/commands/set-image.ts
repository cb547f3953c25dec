import { LabError } from '../../base/errors.ts';
import type { PodSpec } from '../../kube/generated/types.ts';
import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { KubeObject, ObjectKey } from '../../kube/object.ts';
import { deployments, type ResourceType } from '../../kube/resource-type.ts';
import { isStatus, notFound } from '../../kube/status-error.ts';
import { rollouts } from '../rollout.ts';
import { readRollout } from './read-rollout.ts';

const ATTEMPTS = 5;

/** Whose template was edited: the Rollout itself, or the Deployment that its `workloadRef` names. */
export interface ImageUpdate {
  kind: 'rollout' | 'deployment';
  name: string;
  object: KubeObject;
}

/** The Pod spec with `image` in every container called `container` (`*`: all). Throws `NO_SUCH_CONTAINER`. */
export function withImage(spec: PodSpec, container: string, image: string): PodSpec {
  const next = structuredClone(spec);
  let found = false;
  for (const list of [next.initContainers, next.containers, next.ephemeralContainers]) {
    for (const entry of list ?? []) {
      if (container !== '*' && entry.name !== container) continue;
      entry.image = image;
      found = true;
    }
  }
  if (!found) throw new LabError('NO_SUCH_CONTAINER', `unable to find container named "${container}"`);
  return next;
}

/** Starts a rollout to another image by editing the pod template; tries again when someone else wrote in between. */
export async function setImage(
  api: KubeApi,
  key: ObjectKey,
  change: { container: string; image: string },
  options: CallOptions = {},
): Promise<ImageUpdate> {
  const { spec } = await readRollout(api, key, options);
  const workload = spec.workloadRef;
  if (workload !== undefined && workload.kind !== 'Deployment') {
    throw new LabError('WORKLOAD_NOT_MODELLED', `set image on a workloadRef of kind "${workload.kind}" is not modelled`, {
      next: 'Edit the referenced object with kubectl.',
    });
  }
  if (workload !== undefined) {
    const object = await edit(api, deployments, { namespace: key.namespace, name: workload.name }, change, options);
    return { kind: 'deployment', name: workload.name, object };
  }
  return { kind: 'rollout', name: key.name, object: await edit(api, rollouts, key, change, options) };
}

type WithTemplate = KubeObject & { spec?: { template?: { spec?: PodSpec | undefined } | undefined } | undefined };

async function edit<T extends WithTemplate>(
  api: KubeApi,
  type: ResourceType<T>,
  key: ObjectKey,
  change: { container: string; image: string },
  options: CallOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const stored = await api.get(type, key, options);
    if (stored === undefined) throw notFound(type, key.name);
    const next = structuredClone(stored);
    const template = next.spec?.template;
    if (template === undefined) throw new LabError('NO_SUCH_CONTAINER', `unable to find container named "${change.container}"`);
    template.spec = withImage(template.spec ?? { containers: [] }, change.container, change.image);
    try {
      return await api.update(type, next, { signal: options.signal });
    } catch (error) {
      if (!isStatus(error, 'Conflict') || attempt === ATTEMPTS) throw error;
    }
  }
}
