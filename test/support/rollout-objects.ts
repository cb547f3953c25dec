import type { Pod, ReplicaSet } from '../../src/kube/generated/types.ts';
import { POD_TEMPLATE_HASH, REVISION, type Rollout, type RolloutSpec, type RolloutStatus } from '../../src/rollouts/rollout.ts';

const UIDS = { rollout: 'uid-rollout' };

/** A canary Rollout `demo` in `lab` with five replicas, two steps and nginx routing; parts of spec and status may be replaced. */
export function aRollout(
  parts: {
    name?: string;
    spec?: Partial<RolloutSpec>;
    status?: RolloutStatus;
    generation?: number;
    createdAt?: string;
    annotations?: Record<string, string>;
  } = {},
): Rollout {
  const { name = 'demo' } = parts;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: {
      name,
      namespace: 'lab',
      uid: UIDS.rollout,
      resourceVersion: '1',
      generation: parts.generation ?? 1,
      creationTimestamp: parts.createdAt ?? '2026-01-01T00:00:00Z',
      ...(parts.annotations === undefined ? {} : { annotations: parts.annotations }),
    },
    spec: {
      replicas: 5,
      selector: { matchLabels: { app: 'demo' } },
      template: { metadata: { labels: { app: 'demo' } }, spec: { containers: [{ name: 'demo', image: 'registry.lab/demo:v2' }] } },
      strategy: {
        canary: {
          canaryService: 'demo-canary',
          stableService: 'demo',
          trafficRouting: { nginx: { stableIngress: 'demo' } },
          steps: [
            { setWeight: 20 },
            { pause: {} },
            { setWeight: 40 },
            { pause: { duration: 10 } },
            { setWeight: 60 },
            { pause: { duration: 10 } },
            { setWeight: 80 },
            { pause: { duration: 10 } },
          ],
        },
      },
      ...parts.spec,
    },
    ...(parts.status === undefined ? {} : { status: parts.status }),
  };
}

/** A ReplicaSet of that Rollout, all its Pods available unless told. */
export function aReplicaSet(
  hash: string,
  parts: {
    revision: number;
    image: string;
    replicas: number;
    available?: number;
    createdAt?: string;
    deadline?: string;
    uid?: string;
    labels?: Record<string, string>;
  },
): ReplicaSet {
  const labels = { app: 'demo', [POD_TEMPLATE_HASH]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `demo-${hash}`,
      namespace: 'lab',
      uid: parts.uid ?? `uid-${hash}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: parts.createdAt ?? '2026-01-01T00:00:00Z',
      labels,
      annotations: {
        [REVISION]: String(parts.revision),
        ...(parts.deadline === undefined ? {} : { 'scale-down-deadline': parts.deadline }),
      },
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Rollout',
          name: 'demo',
          uid: UIDS.rollout,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      replicas: parts.replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels: { ...labels, ...parts.labels } }, spec: { containers: [{ name: 'demo', image: parts.image }] } },
    },
    status: {
      replicas: parts.replicas,
      availableReplicas: parts.available ?? parts.replicas,
      readyReplicas: parts.available ?? parts.replicas,
      observedGeneration: 1,
    },
  };
}

/** A Pod of that ReplicaSet with one running, ready container unless `status` says otherwise. */
export function aPodOf(
  set: ReplicaSet,
  suffix: string,
  parts: { createdAt?: string; restarts?: number; status?: Pod['status']; deletedAt?: string } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${set.metadata.name}-${suffix}`,
      namespace: 'lab',
      uid: `uid-${suffix}`,
      resourceVersion: '1',
      creationTimestamp: parts.createdAt ?? set.metadata.creationTimestamp,
      ...(parts.deletedAt === undefined ? {} : { deletionTimestamp: parts.deletedAt }),
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: set.metadata.name,
          uid: set.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { containers: [{ name: 'demo', image: 'registry.lab/demo' }] },
    status: parts.status ?? {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        {
          name: 'demo',
          ready: true,
          restartCount: parts.restarts ?? 0,
          image: 'i',
          imageID: 'i',
          state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
        },
      ],
    },
  };
}
