import { rfc3339 } from '../../../base/clock.ts';
import { findCondition } from '../../../kube/conditions.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { controllerOf, keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { deployments, pods, replicaSets } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import { claim } from '../claim.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { isControlledBy } from '../controller-ref.ts';
import { indexOrphans } from '../orphan-index.ts';
import { countReplicas, hasDeadline, isComplete, progressDeadlineMs, rolloutStatus, setCondition } from './deployment-status.ts';
import { findNewReplicaSet } from './find-new-replica-set.ts';
import { proportionalSizes } from './proportional-scaling.ts';
import { createReplicaSetWriter } from './replica-set-writer.ts';
import { revisionOf, wasScaled } from './revision.ts';
import { newReplicaSetSize, scaleDownOld, specReplicas } from './rolling-update.ts';

/** One reading of a Deployment and its ReplicaSets; writes in a pass replace what they changed. */
interface Pass {
  deployment: Deployment;
  newSet: ReplicaSet | undefined;
  old: ReplicaSet[];
}

const isActiveSet = (set: ReplicaSet): boolean => (set.spec.replicas ?? 1) > 0;

/** Rolls a Deployment from one ReplicaSet to the next (k8s.io/kubernetes/pkg/controller/deployment). */
export function createDeploymentController(deps: ControllerDeps): Controller {
  const { api, informers, events, clock } = deps;
  const cache = informers.for(deployments);
  const setCache = informers.for(replicaSets);
  const podCache = informers.for(pods);
  indexOrphans(setCache);
  const write = createReplicaSetWriter(deps);

  const now = (): { ms: number; text: string } => {
    const ms = clock.nowMs();
    return { ms, text: rfc3339(ms) };
  };
  const all = (pass: Pass): ReplicaSet[] => (pass.newSet === undefined ? pass.old : [...pass.old, pass.newSet]);

  /** Writes the status if it says something new. Keeps `pass.deployment` the stored one. */
  const writeStatus = async (pass: Pass, status: DeploymentStatus): Promise<void> => {
    if (sameJson(status, pass.deployment.status)) return;
    pass.deployment = await api.update(deployments, { ...pass.deployment, status }, { subresource: 'status' });
  };

  const setReplicas = async (pass: Pass, set: ReplicaSet, to: number): Promise<boolean> => {
    const written = await write.scale(pass.deployment, set, to);
    if (pass.newSet === set) pass.newSet = written;
    else pass.old = pass.old.map((other) => (other === set ? written : other));
    return written.spec.replicas !== set.spec.replicas;
  };

  const setProgressing = (pass: Pass, status: string, reason: string, message: string): Promise<void> =>
    writeStatus(pass, {
      ...pass.deployment.status,
      conditions: setCondition(pass.deployment.status?.conditions, { type: 'Progressing', status, reason, message }, now().text),
    });

  /** Marks pausing and resuming, so that a paused rollout does not run into its deadline. */
  const noticePause = async (pass: Pass): Promise<void> => {
    if (!hasDeadline(pass.deployment)) return;
    const current = findCondition(pass.deployment.status?.conditions, 'Progressing');
    if (current?.reason === 'ProgressDeadlineExceeded') return;
    const isMarked = current?.reason === 'DeploymentPaused';
    if (pass.deployment.spec.paused === true && !isMarked)
      await setProgressing(pass, 'Unknown', 'DeploymentPaused', 'Deployment is paused');
    else if (pass.deployment.spec.paused !== true && isMarked)
      await setProgressing(pass, 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
  };

  /** Finds or makes the ReplicaSet of the current template and brings revisions up to date. */
  const syncNewSet = async (pass: Pass, mayCreate: boolean): Promise<void> => {
    if (pass.newSet === undefined && !mayCreate) return;
    const found = pass.newSet !== undefined;
    const outcome = found ? await write.refresh(pass.deployment, pass.newSet!, pass.old) : await write.create(pass.deployment, pass.old);
    if (outcome.collision) {
      await writeStatus(pass, { ...pass.deployment.status, collisionCount: (pass.deployment.status?.collisionCount ?? 0) + 1 });
      throw outcome.error;
    }
    if (outcome.set === undefined) {
      if (hasDeadline(pass.deployment))
        await setProgressing(
          pass,
          'False',
          'ReplicaSetCreateError',
          `Failed to create new replica set "${outcome.name}": ${String(outcome.error instanceof Error ? outcome.error.message : outcome.error)}`,
        );
      throw outcome.error;
    }
    pass.newSet = outcome.set;
    pass.deployment = await write.noteRevision(pass.deployment, outcome.set);
    if (!hasDeadline(pass.deployment)) return;
    if (!found && outcome.created)
      await setProgressing(pass, 'True', 'NewReplicaSetCreated', `Created new replica set "${outcome.set.metadata.name}"`);
    else if (findCondition(pass.deployment.status?.conditions, 'Progressing') === undefined)
      await setProgressing(pass, 'True', 'FoundNewReplicaSet', `Found new replica set "${outcome.set.metadata.name}"`);
  };

  /** Spreads a change of `spec.replicas` over the ReplicaSets without rolling (deployment/sync.go scale). */
  const scale = async (pass: Pass): Promise<void> => {
    const wanted = pass.deployment.spec.replicas ?? 1;
    const active = all(pass).filter(isActiveSet);
    const only =
      active.length === 0
        ? (pass.newSet ?? [...pass.old].sort((a, b) => revisionOf(b) - revisionOf(a))[0])
        : active.length === 1
          ? active[0]
          : undefined;
    if (only !== undefined) {
      if (only.spec.replicas !== wanted) await setReplicas(pass, only, wanted);
      return;
    }
    const { newSet } = pass;
    if (newSet !== undefined && newSet.spec.replicas === wanted && newSet.status?.availableReplicas === wanted) {
      for (const set of pass.old.filter(isActiveSet)) await setReplicas(pass, set, 0);
      return;
    }
    if (pass.deployment.spec.strategy?.type !== 'Recreate')
      for (const { set, to } of proportionalSizes(pass.deployment, active)) await setReplicas(pass, set, to);
  };

  const rollingUpdate = async (pass: Pass): Promise<void> => {
    await syncNewSet(pass, true);
    const newSet = pass.newSet!;
    const wanted = pass.deployment.spec.replicas ?? 1;
    const size = newSet.spec.replicas ?? 1;
    const to = size > wanted ? wanted : newReplicaSetSize(pass.deployment, size, specReplicas(all(pass)));
    if (to !== size && (await setReplicas(pass, newSet, to))) return;
    const steps = scaleDownOld(pass.deployment, pass.newSet!, pass.old);
    for (const step of steps) await setReplicas(pass, step.set, step.to);
    if (steps.length === 0) await cleanUp(pass);
  };

  const recreate = async (pass: Pass): Promise<void> => {
    const active = pass.old.filter(isActiveSet);
    for (const set of active) await setReplicas(pass, set, 0);
    if (active.length > 0 || hasRunningPods(pass.old)) return;
    await syncNewSet(pass, true);
    const wanted = pass.deployment.spec.replicas ?? 1;
    if (pass.newSet!.spec.replicas !== wanted) await setReplicas(pass, pass.newSet!, wanted);
    else await cleanUp(pass);
  };

  const hasRunningPods = (sets: readonly ReplicaSet[]): boolean =>
    sets.some((set) =>
      podCache.by('owner', set.metadata.uid).some((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed'),
    );

  /** Deletes the oldest empty ReplicaSets beyond `revisionHistoryLimit` once a rollout is complete, or while it is paused. */
  const cleanUp = async (pass: Pass): Promise<void> => {
    const limit = pass.deployment.spec.revisionHistoryLimit;
    const finished =
      pass.deployment.spec.paused === true || isComplete(pass.deployment, rolloutStatus(pass.deployment, all(pass), pass.newSet, now()));
    if (limit === undefined || limit === 2 ** 31 - 1 || !finished) return;
    const alive = pass.old.filter((set) => set.metadata.deletionTimestamp === undefined).sort((a, b) => revisionOf(a) - revisionOf(b));
    for (const set of alive.slice(0, Math.max(0, alive.length - limit))) {
      const isEmpty =
        (set.status?.replicas ?? 0) === 0 &&
        set.spec.replicas === 0 &&
        (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0);
      if (!isEmpty) continue;
      try {
        await api.delete(replicaSets, keyOf(set));
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
      pass.old = pass.old.filter((other) => other !== set);
    }
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const deployment = cache.get(parseKey(key));
    if (deployment === undefined) return DONE;
    const { matchLabels = {}, matchExpressions = [] } = deployment.spec.selector;
    const pass: Pass = { deployment, newSet: undefined, old: [] };
    if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) {
      events.record(deployment, 'Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.');
      await writeStatus(pass, { ...deployment.status, observedGeneration: deployment.metadata.generation });
      return DONE;
    }
    const sets = await claim(api, setCache, { type: deployments, object: deployment, selector: deployment.spec.selector });
    pass.newSet = findNewReplicaSet(deployment.spec.template, sets);
    pass.old = sets.filter((set) => set !== pass.newSet);

    if (deployment.metadata.deletionTimestamp !== undefined) {
      await writeStatus(pass, countReplicas(pass.deployment, all(pass), pass.newSet, now().text));
      return DONE;
    }
    await noticePause(pass);
    if (deployment.spec.paused === true || wasScaled(deployment, sets)) {
      await syncNewSet(pass, false);
      await scale(pass);
      if (deployment.spec.paused === true) await cleanUp(pass);
      await writeStatus(pass, countReplicas(pass.deployment, all(pass), pass.newSet, now().text));
      return DONE;
    }
    if (deployment.spec.strategy?.type === 'Recreate') await recreate(pass);
    else await rollingUpdate(pass);
    await writeStatus(pass, rolloutStatus(pass.deployment, all(pass), pass.newSet, now()));
    const deadlineMs = progressDeadlineMs(pass.deployment);
    return deadlineMs === undefined || isComplete(pass.deployment, pass.deployment.status ?? {})
      ? DONE
      : { requeueAfterMs: Math.max(1, deadlineMs - clock.nowMs() + 1000) };
  };

  const controller = new Controller({ name: 'deployment', reconcile, concurrency: 5 }, deps);
  cache.onChange(({ object }) => controller.enqueue(keyString(keyOf(object))));
  setCache.onChange((change) => {
    const set = change.object;
    const { namespace } = set.metadata;
    const owner = controllerOf(set);
    if (change.type === 'modified') {
      const before = controllerOf(change.previous);
      if (before?.kind === 'Deployment' && before.uid !== owner?.uid) controller.enqueue(keyString({ namespace, name: before.name }));
    }
    if (owner?.kind === 'Deployment') controller.enqueue(keyString({ namespace, name: owner.name }));
    else if (owner === undefined && change.type !== 'deleted') {
      for (const candidate of cache.list(namespace))
        if (selectorMatches(candidate.spec.selector, set.metadata.labels)) controller.enqueue(keyString(keyOf(candidate)));
    }
  });
  // Recreate waits until the last old Pod is gone, which no ReplicaSet status tells.
  podCache.onChange((change) => {
    const owner = controllerOf(change.object);
    if (change.type !== 'deleted' || owner?.kind !== 'ReplicaSet') return;
    const set = setCache.get({ namespace: change.object.metadata.namespace, name: owner.name });
    const parent = set && controllerOf(set);
    const deployment =
      parent?.kind === 'Deployment' ? cache.get({ namespace: change.object.metadata.namespace, name: parent.name }) : undefined;
    if (set !== undefined && deployment?.spec.strategy?.type === 'Recreate' && isControlledBy(set, deployment))
      controller.enqueue(keyString(keyOf(deployment)));
  });
  return controller;
}
