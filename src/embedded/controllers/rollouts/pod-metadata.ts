import type { ReplicaSet } from '../../../kube/generated/types.ts';
import { keyOf } from '../../../kube/object.ts';
import { pods } from '../../../kube/resource-type.ts';
import { EPHEMERAL_METADATA, isEmptyMetadata, recordedMetadata, withInjected } from '../../../rollouts/ephemeral-metadata.ts';
import { mergeDifference } from '../../../rollouts/merge-difference.ts';
import type { PodMetadata } from '../../../rollouts/rollout.ts';
import { injectedMetadataOf, isFullyPromoted } from '../../../rollouts/strategy-defaults.ts';
import type { Pass } from './pass.ts';

/** Gives ReplicaSets and their live Pods the labels and annotations of their role; Pods are changed in place. */
export async function reconcilePodMetadata(pass: Pass): Promise<void> {
  const { trial: canaryMetadata, stable: stableMetadata } = injectedMetadataOf(pass.rollout);
  const used = [pass.newRS, pass.stableRS, ...pass.otherRSs].some((rs) => rs?.metadata.annotations?.[EPHEMERAL_METADATA] !== undefined);
  if (!used && isEmptyMetadata(canaryMetadata) && isEmptyMetadata(stableMetadata)) return;
  const promoted = isFullyPromoted(pass.rollout) || pass.stableRS === undefined;
  if (pass.newRS !== undefined) pass.newRS = await inject(pass, pass.newRS, (promoted ? stableMetadata : canaryMetadata) ?? {});
  if (pass.stableRS !== undefined && !promoted) pass.stableRS = await inject(pass, pass.stableRS, stableMetadata ?? {});
  if (pass.stableRS !== undefined && pass.stableRS.metadata.uid === pass.newRS?.metadata.uid) pass.stableRS = pass.newRS;
  const others: ReplicaSet[] = [];
  for (const rs of pass.otherRSs) others.push(await inject(pass, rs, {}));
  pass.otherRSs = others;
}

async function inject(pass: Pass, rs: ReplicaSet, desired: PodMetadata): Promise<ReplicaSet> {
  const before = recordedMetadata(rs.metadata.annotations);
  const template = withInjected(rs.spec.template?.metadata ?? {}, before, desired);
  const record = isEmptyMetadata(desired) ? null : JSON.stringify(desired);
  if (!template.changed && (rs.metadata.annotations?.[EPHEMERAL_METADATA] ?? null) === record) return rs;
  const body = {
    metadata: { annotations: { [EPHEMERAL_METADATA]: record } },
    ...(template.changed
      ? {
          spec: {
            template: {
              metadata: mergeDifference(
                { labels: {}, annotations: {}, ...rs.spec.template?.metadata },
                { ...rs.spec.template?.metadata, labels: template.labels, annotations: template.annotations },
              ),
            },
          },
        }
      : {}),
  };
  const written = await pass.world.replicaSets.patch(keyOf(rs), { type: 'merge', body });
  for (const pod of pass.world.pods.by('owner', rs.metadata.uid)) {
    const next = withInjected(pod.metadata, before, desired);
    const metadata = mergeDifference(
      { labels: pod.metadata.labels ?? {}, annotations: pod.metadata.annotations ?? {} },
      { labels: next.labels, annotations: next.annotations },
    );
    if (metadata !== undefined)
      await pass.world.deps.api.patch(pods, keyOf(pod), { type: 'merge', body: { metadata } }).catch((error: unknown) => {
        if (!String(error).includes('not found')) throw error;
      });
  }
  return written;
}
