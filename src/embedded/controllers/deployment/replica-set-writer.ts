import type { Deployment, ReplicaSet } from '../../../kube/generated/types.ts';
import { keyOf } from '../../../kube/object.ts';
import { deployments, replicaSets } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import type { ControllerDeps } from '../controller.ts';
import { controllerRef, isControlledBy } from '../controller-ref.ts';
import { isNamespaceTerminating } from '../pod-control.ts';
import { templateHash } from '../template-hash.ts';
import { POD_TEMPLATE_HASH, sameTemplate } from './find-new-replica-set.ts';
import { highestRevision, newSetAnnotations, REVISION, revisionOf, sizeAnnotations } from './revision.ts';
import { newReplicaSetSize, specReplicas } from './rolling-update.ts';

export interface NewSetOutcome {
  set?: ReplicaSet;
  created?: boolean;
  /** The name is taken by a stranger: try again with another hash. */
  collision?: boolean;
  name: string;
  error?: unknown;
}

/** Every write that a Deployment makes to its ReplicaSets, with the events that go with them. */
export function createReplicaSetWriter({ api, events }: Pick<ControllerDeps, 'api' | 'events'>) {
  const scaled = (deployment: Deployment, set: ReplicaSet, from: number, to: number): void =>
    events.record(
      deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`,
    );

  return {
    /** Sets size and size annotations; answers with the set as it is stored then. */
    async scale(deployment: Deployment, set: ReplicaSet, to: number): Promise<ReplicaSet> {
      const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
      const from = set.spec.replicas ?? 1;
      if (from === to && sameJson(annotations, set.metadata.annotations)) return set;
      const copy = structuredClone(set);
      const written = await api.update(replicaSets, {
        ...copy,
        metadata: { ...copy.metadata, annotations },
        spec: { ...copy.spec, replicas: to },
      });
      if (from !== to) scaled(deployment, set, from, to);
      return written;
    },

    /** Brings annotations and minReadySeconds of the existing new ReplicaSet up to date. */
    async refresh(deployment: Deployment, set: ReplicaSet, old: readonly ReplicaSet[]): Promise<NewSetOutcome> {
      const annotations = newSetAnnotations(deployment, set.metadata.annotations, highestRevision(old) + 1, true);
      const { minReadySeconds } = deployment.spec;
      const { name } = set.metadata;
      if (sameJson(annotations, set.metadata.annotations ?? {}) && (set.spec.minReadySeconds ?? 0) === (minReadySeconds ?? 0))
        return { set, name };
      const copy = structuredClone(set);
      return {
        set: await api.update(replicaSets, {
          ...copy,
          metadata: { ...copy.metadata, annotations },
          spec: { ...copy.spec, minReadySeconds },
        }),
        name,
      };
    },

    /** Creates the ReplicaSet of the current template; one that an earlier pass created counts as created. */
    async create(deployment: Deployment, old: readonly ReplicaSet[]): Promise<NewSetOutcome> {
      const { template, selector, minReadySeconds } = deployment.spec;
      const hash = templateHash(template, deployment.status?.collisionCount);
      const name = `${deployment.metadata.name}-${hash}`;
      const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
      const replicas = newReplicaSetSize(deployment, 0, specReplicas(old));
      const copy = structuredClone(template);
      try {
        const set = await api.create(replicaSets, {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: {
            name,
            namespace: deployment.metadata.namespace,
            labels,
            ownerReferences: [controllerRef(deployments, deployment)],
            annotations: newSetAnnotations(deployment, {}, highestRevision(old) + 1, false),
          },
          spec: {
            replicas,
            ...(minReadySeconds ? { minReadySeconds } : {}),
            selector: { ...structuredClone(selector), matchLabels: { ...selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
            template: { ...copy, metadata: { ...copy.metadata, labels } },
          },
        });
        if (replicas > 0) scaled(deployment, set, 0, replicas);
        return { set, created: true, name };
      } catch (error) {
        if (isNamespaceTerminating(error) || !isStatus(error, 'AlreadyExists')) return { name, error };
        const existing = await api.get(replicaSets, { namespace: deployment.metadata.namespace, name });
        if (existing !== undefined && isControlledBy(existing, deployment) && sameTemplate(existing.spec.template, template))
          return { set: existing, created: true, name };
        return { name, error, collision: true };
      }
    },

    /** Copies the new ReplicaSet's revision to the Deployment. */
    async noteRevision(deployment: Deployment, newSet: ReplicaSet): Promise<Deployment> {
      const revision = revisionOf(newSet);
      if (revisionOf(deployment) === revision) return deployment;
      const { uid } = deployment.metadata;
      return api.patch(deployments, keyOf(deployment), {
        type: 'merge',
        body: { metadata: { uid, annotations: { [REVISION]: String(revision) } } },
      });
    },
  };
}
