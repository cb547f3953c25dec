import { equalJson } from '../../../base/equal-json.ts';
import type { Ingress } from '../../../kube/generated/types.ts';
import { controllerOf, keyOf, type ObjectKey } from '../../../kube/object.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { canaryIngress, canaryIngressName, canaryIngressPatch } from '../../../rollouts/canary-ingress.ts';
import { canStableServe, desiredCanaryWeight, dynamicRollbackTarget, isRollingBackDynamically } from '../../../rollouts/desired-weight.ts';
import { hashOf } from '../../../rollouts/replica-set-view.ts';
import { isAtReplicaTargets } from '../../../rollouts/replica-targets.ts';
import { canaryOf, hasTrafficRouting, isFullyPromoted, maxWeightOf, stableIngressesOf } from '../../../rollouts/strategy-defaults.ts';
import { type Pass, passIsAborted } from './pass.ts';
import { switchService } from './services.ts';
import { record } from './world.ts';

/** Writes the weight that the Rollout is at to every canary Ingress, and remembers it for the status. */
export async function reconcileTraffic(pass: Pass): Promise<void> {
  const { rollout, newRS, stableRS, world } = pass;
  if (!hasTrafficRouting(rollout)) {
    if (rollout.status?.canary?.weights !== undefined) pass.weights = null;
    return;
  }
  const max = maxWeightOf(rollout);
  const { canaryService = '', stableService = '', dynamicStableScale } = canaryOf(rollout);
  const before = rollout.status?.canary?.weights;
  const rollingBack = isRollingBackDynamically(rollout, newRS, stableRS);
  const weight = rollingBack
    ? dynamicRollbackTarget(rollout, stableRS, undefined)
    : desiredCanaryWeight({ rollout, newRS, stableRS, atTarget: isAtReplicaTargets(rollout, pass) });
  if (passIsAborted(pass) && !isFullyPromoted(rollout) && (!dynamicStableScale || (before?.canary.weight ?? 0) === 0)) {
    await switchService(pass, canaryService, stableRS, { evenIfUnavailable: true });
  }
  if (!canStableServe(rollout, stableRS, weight)) return;
  for (const name of stableIngressesOf(rollout)) await writeCanaryIngress(pass, { namespace: rollout.metadata.namespace, name }, weight);
  const canaryHash = rollingBack ? before?.canary.podTemplateHash : hashOf(newRS);
  const weights = {
    canary: { weight, serviceName: canaryService, podTemplateHash: canaryHash },
    stable: { weight: max - weight, serviceName: stableService, podTemplateHash: hashOf(stableRS) },
  };
  if (equalJson(before, weights)) return;
  pass.weights = weights;
  const change = before === undefined ? `to ${weight}` : before.canary.weight === weight ? '' : `from ${before.canary.weight} to ${weight}`;
  record(world, rollout, 'Normal', 'TrafficWeightUpdated', `Traffic weight updated ${change}`);
}

async function writeCanaryIngress(pass: Pass, stableKey: ObjectKey, weight: number): Promise<void> {
  const { rollout, world } = pass;
  const stable = world.ingresses.get(stableKey);
  if (stable === undefined) throw new Error(`ingress.networking.k8s.io "${stableKey.name}" not found`);
  const desired = canaryIngress(rollout, stable, weight);
  const name = canaryIngressName(rollout.metadata.name, stableKey.name);
  let existing: Ingress | undefined = world.ingresses.get({ namespace: rollout.metadata.namespace, name });
  if (existing === undefined) {
    record(world, rollout, 'Normal', 'CreatingCanaryIngress', `Creating canary ingress \`${name}\` with weight \`${weight}\``);
    try {
      await world.ingresses.create(desired);
      return;
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw trafficError(pass, error);
      existing = await world.ingresses.live({ namespace: rollout.metadata.namespace, name });
      if (existing === undefined) throw error;
    }
  }
  if (controllerOf(existing)?.uid !== rollout.metadata.uid)
    throw trafficError(pass, new Error(`canary ingress \`${name}\` controlled by different object`));
  const patch = canaryIngressPatch(existing, desired);
  if (patch === undefined) return;
  record(world, rollout, 'Normal', 'PatchingCanaryIngress', `Updating Ingress \`${name}\` to desiredWeight '${weight}'`);
  try {
    await world.ingresses.patch(keyOf(existing), { type: 'merge', body: patch });
  } catch (error) {
    throw trafficError(pass, error);
  }
}

function trafficError(pass: Pass, error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  record(pass.world, pass.rollout, 'Warning', 'TrafficRoutingError', text);
  return error instanceof Error ? error : new Error(text);
}
