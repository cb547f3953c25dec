import { equalJson } from '../../../base/equal-json.ts';
import type { ReplicaSet } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { controllerOf, keyOf } from '../../../kube/object.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { aCondition, setCondition } from '../../../rollouts/conditions.ts';
import { EPHEMERAL_METADATA, isEmptyMetadata, recordedMetadata, withInjected } from '../../../rollouts/ephemeral-metadata.ts';
import { mergeDifference } from '../../../rollouts/merge-difference.ts';
import { sameTemplate } from '../../../rollouts/pod-template-equality.ts';
import { podTemplateHash } from '../../../rollouts/pod-template-hash.ts';
import { hashOf } from '../../../rollouts/replica-set-view.ts';
import {
  annotationsForNewReplicaSet,
  copiedAnnotations,
  DESIRED_REPLICAS,
  highestRevision,
  revisionOf,
} from '../../../rollouts/revision.ts';
import { POD_TEMPLATE_HASH, REVISION, type Rollout } from '../../../rollouts/rollout.ts';
import { injectedMetadataOf, replicasOf } from '../../../rollouts/strategy-defaults.ts';
import type { Pass } from './pass.ts';
import { writeStatus } from './status.ts';
import { updateRollout } from './workload.ts';
import { record, type World } from './world.ts';

const ownerOf = ({ metadata }: Rollout) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  name: metadata.name,
  uid: metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

/**
 * The Rollout's ReplicaSets, oldest first. One that matches the selector and has no controller is taken over; an owned one
 * whose labels match no more is let go.
 */
export async function ownedReplicaSets(world: World, rollout: Rollout): Promise<ReplicaSet[]> {
  const owned: ReplicaSet[] = [];
  for (const rs of world.replicaSets.ownedBy(rollout.metadata.uid)) {
    if (controllerOf(rs)?.uid !== rollout.metadata.uid) continue;
    if (rs.metadata.deletionTimestamp !== undefined || selectorMatches(rollout.spec.selector, rs.metadata.labels)) {
      owned.push(rs);
      continue;
    }
    const ownerReferences = rs.metadata.ownerReferences?.filter(({ uid }) => uid !== rollout.metadata.uid) ?? [];
    await world.replicaSets.patch(keyOf(rs), { type: 'merge', body: { metadata: { uid: rs.metadata.uid, ownerReferences } } });
  }
  for (const orphan of world.replicaSets.informer.by('orphans', rollout.metadata.namespace ?? '')) {
    const now = world.replicaSets.get(keyOf(orphan));
    if (
      now === undefined ||
      controllerOf(now) !== undefined ||
      now.metadata.deletionTimestamp !== undefined ||
      !selectorMatches(rollout.spec.selector, now.metadata.labels)
    )
      continue;
    const body = { metadata: { uid: now.metadata.uid, ownerReferences: [...(now.metadata.ownerReferences ?? []), ownerOf(rollout)] } };
    owned.push(await world.replicaSets.patch(keyOf(now), { type: 'merge', body }));
  }
  const age = (rs: ReplicaSet): string => `${rs.metadata.creationTimestamp} ${rs.metadata.name}`;
  return owned.sort((a, b) => (age(a) < age(b) ? -1 : 1));
}

/** The ReplicaSet of the present template: by its hash, else the oldest whose template gives the same Pods. */
export function findNewReplicaSet(rollout: Rollout, owned: readonly ReplicaSet[]): ReplicaSet | undefined {
  const { template } = rollout.spec;
  if (template === undefined) return undefined;
  const hash = podTemplateHash(template, rollout.status?.collisionCount);
  return (
    owned.find((rs) => hashOf(rs) === hash) ??
    owned.find((rs) => {
      const { trial: canaryMetadata, stable: stableMetadata } = injectedMetadataOf(rollout);
      const recorded = recordedMetadata(rs.metadata.annotations);
      const injected = {
        labels: { ...canaryMetadata?.labels, ...stableMetadata?.labels, ...recorded.labels },
        annotations: { ...canaryMetadata?.annotations, ...stableMetadata?.annotations, ...recorded.annotations },
      };
      return rs.spec.template !== undefined && sameTemplate(template, rs.spec.template, injected);
    })
  );
}

/** Creates the ReplicaSet of the present template without Pods. The pass ends with this. */
export async function createNewReplicaSet(pass: Pass): Promise<void> {
  const { world, rollout, nowMs } = pass;
  const { name, namespace } = rollout.metadata;
  const template = rollout.spec.template!;
  const hash = podTemplateHash(template, rollout.status?.collisionCount);
  const revision = highestRevision(pass.otherRSs.concat(pass.stableRS ?? [])) + 1;
  const { trial: canaryMetadata, stable: stableMetadata } = injectedMetadataOf(rollout);
  const injected = (pass.stableRS === undefined ? stableMetadata : canaryMetadata) ?? {};
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const podMetadata = withInjected({ labels, annotations: template.metadata?.annotations }, {}, injected);
  const draft = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      ownerReferences: [ownerOf(rollout)],
      annotations: {
        ...copiedAnnotations(rollout),
        [REVISION]: String(revision),
        [DESIRED_REPLICAS]: String(replicasOf(rollout)),
        ...(isEmptyMetadata(injected) ? {} : { [EPHEMERAL_METADATA]: JSON.stringify(injected) }),
      },
    },
    spec: {
      replicas: 0,
      ...(rollout.spec.minReadySeconds ? { minReadySeconds: rollout.spec.minReadySeconds } : {}),
      selector: { ...rollout.spec.selector, matchLabels: { ...rollout.spec.selector?.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          labels: podMetadata.labels,
          ...(Object.keys(podMetadata.annotations).length > 0 ? { annotations: podMetadata.annotations } : {}),
        } as never,
      },
    },
  };
  let created: ReplicaSet;
  try {
    created = await world.replicaSets.create(draft);
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) {
      const message = `Failed to create new replica set "${draft.metadata.name}": ${error instanceof Error ? error.message : String(error)}`;
      record(world, rollout, 'Warning', 'ReplicaSetCreateError', message);
      const { conditions } = setCondition(
        rollout.status?.conditions ?? [],
        aCondition(nowMs, 'Progressing', 'False', 'ReplicaSetCreateError', message),
      );
      await writeStatus(world, rollout, { ...rollout.status, conditions });
      throw error;
    }
    const existing = await world.replicaSets.live({ namespace, name: draft.metadata.name });
    if (
      existing === undefined ||
      controllerOf(existing)?.uid !== rollout.metadata.uid ||
      !sameTemplate(template, existing.spec.template ?? {}, injected)
    ) {
      await writeStatus(world, rollout, { ...rollout.status, collisionCount: (rollout.status?.collisionCount ?? 0) + 1 });
      throw error;
    }
    world.replicaSets.remember(existing);
    return;
  }
  const annotated = await setRolloutRevision(world, rollout, created);
  record(world, annotated, 'Normal', 'NewReplicaSetCreated', `Created ReplicaSet ${created.metadata.name} (revision ${revision})`);
  const condition = aCondition(nowMs, 'Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${created.metadata.name}"`);
  await writeStatus(world, annotated, {
    ...annotated.status,
    conditions: setCondition(annotated.status?.conditions ?? [], condition).conditions,
  });
}

async function setRolloutRevision(world: World, rollout: Rollout, newRS: ReplicaSet): Promise<Rollout> {
  const revision = String(revisionOf(newRS));
  if (rollout.metadata.annotations?.[REVISION] === revision) return rollout;
  const next = { ...rollout, metadata: { ...rollout.metadata, annotations: { ...rollout.metadata.annotations, [REVISION]: revision } } };
  const updated = await updateRollout(world, next);
  record(world, updated, 'Normal', 'RolloutUpdated', `Rollout updated to revision ${revision}`);
  return updated;
}

/** Raises the revision of a ReplicaSet that is used again, copies annotations, and keeps the Rollout's revision in step. */
export async function syncNewReplicaSet(pass: Pass): Promise<void> {
  const { world, rollout, newRS } = pass;
  if (newRS === undefined) return;
  const others = [
    ...pass.otherRSs,
    ...(pass.stableRS === undefined || pass.stableRS.metadata.uid === newRS.metadata.uid ? [] : [pass.stableRS]),
  ];
  const annotations = annotationsForNewReplicaSet(rollout, newRS, others);
  const minReadySeconds = rollout.spec.minReadySeconds ?? 0;
  const body = {
    ...(equalJson(annotations, newRS.metadata.annotations ?? {})
      ? {}
      : { metadata: mergeDifference({ annotations: newRS.metadata.annotations ?? {} }, { annotations }) }),
    ...(minReadySeconds === (newRS.spec.minReadySeconds ?? 0) ? {} : { spec: { minReadySeconds } }),
  };
  if (Object.keys(body).length > 0) {
    pass.newRS = await world.replicaSets.patch(keyOf(newRS), { type: 'merge', body });
    if (pass.stableRS?.metadata.uid === newRS.metadata.uid) pass.stableRS = pass.newRS;
  }
  pass.rollout = await setRolloutRevision(world, rollout, pass.newRS!);
}
