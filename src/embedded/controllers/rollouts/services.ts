import type { ReplicaSet, Service } from '../../../kube/generated/types.ts';
import { keyOf } from '../../../kube/object.ts';
import { countsOf, hashOf } from '../../../rollouts/replica-set-view.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../../../rollouts/rollout.ts';
import { canaryOf, hasTrafficRouting } from '../../../rollouts/strategy-defaults.ts';
import { type Pass, passIsAborted } from './pass.ts';
import { record } from './world.ts';

/** Points the stable and the canary Service at their ReplicaSets, once those can serve. */
export async function reconcileServices(pass: Pass, isRollingBackDynamically: boolean): Promise<void> {
  const { canaryService, stableService } = canaryOf(pass.rollout);
  if (stableService) await switchService(pass, stableService, pass.stableRS);
  if (!canaryService || isRollingBackDynamically) return;
  // After an abort the canary Service belongs to stable; traffic routing moves it there together with the weight.
  if (passIsAborted(pass) && pass.stableRS !== undefined) {
    if (!hasTrafficRouting(pass.rollout)) await switchService(pass, canaryService, pass.stableRS, { evenIfUnavailable: true });
  } else await switchService(pass, canaryService, pass.newRS);
}

/**
 * Makes a Service select one ReplicaSet. The first time, all of its Pods must be available, later at least one; until then
 * nothing happens. `evenIfUnavailable` is for aborts.
 */
export async function switchService(
  pass: Pass,
  name: string,
  target: ReplicaSet | undefined,
  options: { evenIfUnavailable?: boolean } = {},
): Promise<void> {
  const { world, rollout } = pass;
  const service = world.services.get({ namespace: rollout.metadata.namespace, name });
  if (service === undefined || target === undefined) return;
  const from = service.spec?.selector?.[POD_TEMPLATE_HASH] ?? '';
  const to = hashOf(target);
  if (from === to) return;
  if (!options.evenIfUnavailable && !canTakeOver(service, target)) return;
  const managed = service.metadata.annotations?.[MANAGED_BY] !== undefined;
  await world.services.patch(keyOf(service), {
    type: 'strategic',
    body: {
      ...(managed ? {} : { metadata: { annotations: { [MANAGED_BY]: rollout.metadata.name } } }),
      spec: { selector: { [POD_TEMPLATE_HASH]: to } },
    },
  });
  record(world, rollout, 'Normal', 'SwitchService', `Switched selector for service '${name}' from '${from}' to '${to}'`);
}

function canTakeOver(service: Service, target: ReplicaSet): boolean {
  const { spec, available } = countsOf(target);
  if (service.metadata.annotations?.[MANAGED_BY] !== undefined) return available > 0;
  return available > 0 && available >= spec;
}
