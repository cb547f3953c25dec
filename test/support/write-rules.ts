import type { Ingress, ReplicaSet, Service } from '../../src/kube/generated/types.ts';
import { ingresses, replicaSets, services } from '../../src/kube/resource-type.ts';
import { countsOf, hashOf } from '../../src/rollouts/replica-set-view.ts';
import { POD_TEMPLATE_HASH, type Rollout, rollouts } from '../../src/rollouts/rollout.ts';
import {
  blueGreenOf,
  canaryOf,
  hasTrafficRouting,
  maxWeightOf,
  replicasOf,
  stepsOf,
  surgeAndUnavailable,
} from '../../src/rollouts/strategy-defaults.ts';
import type { FakeKubeApi } from './fake-kube-api.ts';
import { WEIGHT } from './rollout-stage.ts';

export interface Stored {
  rollout: Rollout | undefined;
  sets: ReplicaSet[];
  services: Service[];
  ingresses: Ingress[];
}

export function storedIn(api: FakeKubeApi): Stored {
  return { rollout: api.all(rollouts)[0], sets: api.all(replicaSets), services: api.all(services), ingresses: api.all(ingresses) };
}

const weightOf = ({ ingresses: all }: Stored): number =>
  Number(all.find(({ metadata }) => metadata.annotations?.[WEIGHT] !== undefined)?.metadata.annotations?.[WEIGHT] ?? 0);
const selectedBy = ({ services: all }: Stored, name: string | undefined): string =>
  all.find(({ metadata }) => metadata.name === name)?.spec?.selector?.[POD_TEMPLATE_HASH] ?? '';
const setOf = ({ sets }: Stored, hash: string): ReplicaSet | undefined => sets.find((rs) => hashOf(rs) === hash);

/** What is wrong with a write of the controller, seen from what was stored before and after it; empty when nothing is. */
export function brokenRules(before: Stored, after: Stored): string[] {
  const rollout = after.rollout ?? before.rollout;
  if (rollout === undefined) return [];
  return [...weightRules(rollout, before, after), ...selectorRules(rollout, before, after), ...stableRules(rollout, before, after)];
}

function weightRules(rollout: Rollout, before: Stored, after: Stored): string[] {
  const [from, to] = [weightOf(before), weightOf(after)];
  if (from === to) return [];
  const max = maxWeightOf(rollout);
  const legal = [0, max, ...stepsOf(rollout).map(({ setWeight }) => setWeight)];
  // A full promotion with dynamicStableScale follows the Pods instead of the steps.
  const followsPods = canaryOf(rollout).dynamicStableScale === true && rollout.status?.promoteFull === true;
  const broken: string[] = [];
  if (!legal.includes(to) && !followsPods) broken.push(`weight ${to} is not one of ${legal.join()}`);
  const target = setOf(after, selectedBy(after, canaryOf(rollout).canaryService));
  if (to > from && countsOf(target).available === 0)
    broken.push(`weight raised from ${from} to ${to} without an available Pod behind the canary Service`);
  return broken;
}

function selectorRules(rollout: Rollout, before: Stored, after: Stored): string[] {
  const { canaryService } = canaryOf(rollout);
  const { previewService } = blueGreenOf(rollout) ?? {};
  return after.services.flatMap(({ metadata: { name } }) => {
    const [from, to] = [selectedBy(before, name), selectedBy(after, name)];
    if (from === to || to === '' || countsOf(setOf(after, to)).available > 0) return [];
    const toStable = to === rollout.status?.stableRS;
    // Upstream's exceptions: an abort sends the canary (or active) Service back to stable unseen, and a preview is shown at once.
    if (toStable && (rollout.status?.abort || name === canaryService || blueGreenOf(rollout) !== undefined)) return [];
    return name === previewService ? [] : [`Service ${name} switched to ${to}, which has no available Pod`];
  });
}

function stableRules(rollout: Rollout, before: Stored, after: Stored): string[] {
  const stable = rollout.status?.stableRS ?? '';
  const [from, to] = [setOf(before, stable), setOf(after, stable)];
  if (from === undefined || to === undefined) return [];
  const replicas = replicasOf(rollout);
  const shrinks = countsOf(to).spec < countsOf(from).spec;
  if (blueGreenOf(rollout) !== undefined || (hasTrafficRouting(rollout) && !canaryOf(rollout).dynamicStableScale)) {
    return shrinks && countsOf(to).spec < replicas ? [`stable shrunk to ${countsOf(to).spec} of ${replicas}`] : [];
  }
  if (hasTrafficRouting(rollout)) {
    const max = maxWeightOf(rollout);
    const needed = Math.floor(((max - weightOf(after)) * replicas) / max);
    return shrinks && countsOf(to).spec < needed
      ? [`stable shrunk to ${countsOf(to).spec} where ${needed} are needed at weight ${weightOf(after)}`]
      : [];
  }
  // Upstream counts the Pods of the side that shrinks as available, whether they are or not.
  const shrinking = before.sets.filter((rs) => countsOf(setOf(after, hashOf(rs))).spec < countsOf(rs).spec);
  if (shrinking.length === 0 || shrinking.some((rs) => countsOf(rs).available < countsOf(rs).spec)) return [];
  const serving = ({ sets }: Stored): number => sets.reduce((sum, rs) => sum + Math.min(countsOf(rs).spec, countsOf(rs).available), 0);
  const fewest = Math.min(serving(before), replicas - surgeAndUnavailable(rollout).maxUnavailable);
  const seen = ({ sets }: Stored): string =>
    sets
      .map(
        (rs) =>
          `${hashOf(rs) === stable ? 'stable ' : ''}${hashOf(rs) === rollout.status?.currentPodHash ? 'current ' : ''}${countsOf(rs).spec}/${countsOf(rs).available}`,
      )
      .join(', ');
  return serving(after) < fewest
    ? [`${serving(after)} Pods left to serve where ${fewest} are promised: ${seen(before)} became ${seen(after)} of ${replicas}`]
    : [];
}
