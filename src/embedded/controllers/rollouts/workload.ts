import type { LabelSelector, PodTemplateSpec } from '../../../kube/generated/types.ts';
import { keyOf } from '../../../kube/object.ts';
import { deployments } from '../../../kube/resource-type.ts';
import { countsOf } from '../../../rollouts/replica-set-view.ts';
import { revisionOf } from '../../../rollouts/revision.ts';
import type { Rollout } from '../../../rollouts/rollout.ts';
import { replicasOf } from '../../../rollouts/strategy-defaults.ts';
import type { Pass } from './pass.ts';
import { type Workload, workloadType } from './workload-types.ts';
import type { World } from './world.ts';

export const WORKLOAD_GENERATION = 'rollout.argoproj.io/workload-generation';

/**
 * The Rollout with the template of its `workloadRef` filled in, as every later step wants it; without one, the Rollout itself.
 * Gives the reason instead when the reference leads nowhere. The generation that was seen is stored as an annotation.
 */
export async function withWorkloadTemplate(world: World, rollout: Rollout): Promise<Rollout | string> {
  const { workloadRef } = rollout.spec;
  if (workloadRef === undefined) return rollout;
  if (rollout.spec.template?.spec !== undefined) return 'template must be empty for workload reference rollout';
  const type = workloadType(workloadRef);
  if (type === undefined)
    return `workload of type ${workloadRef.apiVersion.includes('/') ? workloadRef.apiVersion.split('/')[0] : ''}/${workloadRef.kind} is not supported`;
  const workload = world.deps.informers.for(type).get({ namespace: rollout.metadata.namespace, name: workloadRef.name }) as
    | Workload
    | undefined;
  if (workload === undefined) return `${type.resource}${type.group === '' ? '' : `.${type.group}`} "${workloadRef.name}" not found`;
  const template = (workload.template ?? workload.spec?.template)!;
  const generation = String(workload.metadata.generation ?? 0);
  const stored =
    rollout.metadata.annotations?.[WORKLOAD_GENERATION] === generation
      ? rollout
      : await world.rollouts.patch(keyOf(rollout), {
          type: 'merge',
          body: { metadata: { annotations: { [WORKLOAD_GENERATION]: generation } } },
        });
  return filledIn(stored, template, rollout.spec.selector ?? workload.spec?.selector);
}

function filledIn(rollout: Rollout, template: PodTemplateSpec | undefined, selector: LabelSelector | undefined): Rollout {
  return { ...rollout, spec: { ...rollout.spec, template, selector } };
}

/** What a write returned, with the parts that are not stored in the Rollout itself. */
export function asResolved(written: Rollout, resolved: Rollout): Rollout {
  return resolved.spec.workloadRef === undefined ? written : filledIn(written, resolved.spec.template, resolved.spec.selector);
}

/** Replaces the stored Rollout; a template that came from a workload stays there. */
export async function updateRollout(world: World, next: Rollout): Promise<Rollout> {
  if (next.spec.workloadRef === undefined) return world.rollouts.update(next);
  const stored = world.rollouts.get(keyOf(next));
  const { template: _, selector: __, ...spec } = next.spec;
  return asResolved(
    await world.rollouts.update({
      ...next,
      spec: { ...spec, ...(stored?.spec.selector === undefined ? {} : { selector: stored.spec.selector }) },
    }),
    next,
  );
}

/**
 * Takes the referenced Deployment's Pods away: all of them once the Rollout is healthy (`onsuccess`), or one for each Pod of the
 * first version that became available (`progressively`).
 */
export async function scaleWorkloadDown(pass: Pass, isHealthy: boolean): Promise<void> {
  const { rollout, world } = pass;
  const { workloadRef } = rollout.spec;
  if (workloadRef?.kind !== 'Deployment' || (workloadRef.scaleDown ?? 'never') === 'never') return;
  const key = { namespace: rollout.metadata.namespace, name: workloadRef.name };
  const deployment = world.deps.informers.for(deployments).get(key);
  const replicas = deployment?.spec?.replicas ?? 1;
  if (deployment === undefined || replicas === 0) return;
  let target = replicas;
  if (isHealthy) target = 0;
  else if (workloadRef.scaleDown === 'progressively' && revisionOf(pass.newRS) <= 1)
    target = Math.min(replicas, Math.max(0, replicasOf(rollout) - countsOf(pass.newRS).available));
  if (target === replicas) return;
  await world.deps.api.patch(deployments, key, { type: 'merge', body: { spec: { replicas: target } } });
}
