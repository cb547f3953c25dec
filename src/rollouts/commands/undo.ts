import { isDeepStrictEqual } from 'node:util';
import { LabError } from '../../base/errors.ts';
import { ownValue } from '../../base/own-value.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../kube/generated/types.ts';
import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import { formatLabelSelector } from '../../kube/label-selector.ts';
import { controllerOf, type KubeObject, type ObjectKey } from '../../kube/object.ts';
import { deployments, podTemplates, type ResourceType, replicaSets } from '../../kube/resource-type.ts';
import { notFound } from '../../kube/status-error.ts';
import { revisionOf } from '../revision.ts';
import { POD_TEMPLATE_HASH, type Rollout, rollouts } from '../rollout.ts';
import { readRollout } from './read-rollout.ts';

export type UndoResult = { outcome: 'undone'; revision: number; object: KubeObject } | { outcome: 'skipped'; revision: number };

/**
 * The ReplicaSet to go back to. `toRevision` 0 means the second highest revision, whichever is stable. Throws
 * `NO_SUCH_REVISION`. Models argo-rollouts/pkg/kubectl-argo-rollouts/cmd/undo rolloutRevision.
 */
export function revisionTarget(name: string, sets: readonly ReplicaSet[], toRevision: number): ReplicaSet {
  if (toRevision > 0) {
    const exact = sets.find((set) => revisionOf(set) === toRevision);
    if (exact === undefined) throw new LabError('NO_SUCH_REVISION', `unable to find specified revision ${toRevision} in history`);
    return exact;
  }
  const [, previous] = [...sets].filter((set) => revisionOf(set) > 0).sort((a, b) => revisionOf(b) - revisionOf(a));
  if (previous === undefined) throw new LabError('NO_SUCH_REVISION', `no revision found for rollout "${name}"`);
  return previous;
}

/** The pod template as its author knows it: without the label that the controller adds. */
export function templateWithoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const copy = structuredClone(template);
  delete copy.metadata?.labels?.[POD_TEMPLATE_HASH];
  return copy;
}

const WORKLOADS: Readonly<
  Record<
    string,
    ResourceType<KubeObject & { spec?: { template?: PodTemplateSpec | undefined } | undefined; template?: PodTemplateSpec | undefined }>
  >
> = {
  Deployment: deployments,
  ReplicaSet: replicaSets,
  PodTemplate: podTemplates,
};

/**
 * Writes an older revision's pod template back. That makes a *new* revision, which runs the steps again unless the rollout was
 * unfinished or `rollbackWindow` covers it. `skipped` when the template is already the present one.
 */
export async function undoRollout(
  api: KubeApi,
  key: ObjectKey,
  options: CallOptions & { toRevision?: number | undefined } = {},
): Promise<UndoResult> {
  const { toRevision = 0, signal } = options;
  const rollout = await readRollout(api, key, { signal });
  const { items } = await api.list(
    replicaSets,
    { namespace: key.namespace, labelSelector: formatLabelSelector(rollout.spec.selector ?? {}) },
    { signal },
  );
  const candidates = items.filter((set) => (controllerOf(set)?.uid ?? rollout.metadata.uid) === rollout.metadata.uid);
  const target = revisionTarget(key.name, candidates, toRevision);
  const template = templateWithoutHash(target.spec?.template ?? { spec: { containers: [] } });
  return rollout.spec.workloadRef === undefined
    ? replaceTemplate(api, rollouts, key, '/spec/template', { now: rollout.spec.template, template, target, toRevision, signal })
    : undoWorkload(api, key, rollout, { template, target, toRevision, signal });
}

interface Change {
  now?: PodTemplateSpec | undefined;
  template: PodTemplateSpec;
  target: ReplicaSet;
  toRevision: number;
  signal: AbortSignal | undefined;
}

async function undoWorkload(api: KubeApi, key: ObjectKey, rollout: Rollout, change: Change): Promise<UndoResult> {
  const { kind, name } = rollout.spec.workloadRef!;
  const type = ownValue(WORKLOADS, kind);
  if (type === undefined) throw new LabError('WORKLOAD_NOT_MODELLED', `undo on a workloadRef of kind "${kind}" is not modelled`);
  const workloadKey = { namespace: key.namespace, name };
  const workload = await api.get(type, workloadKey, { signal: change.signal });
  if (workload === undefined) throw notFound(type, name);
  const isPodTemplate = kind === 'PodTemplate';
  return replaceTemplate(api, type, workloadKey, isPodTemplate ? '/template' : '/spec/template', {
    ...change,
    now: isPodTemplate ? workload.template : workload.spec?.template,
  });
}

async function replaceTemplate(
  api: KubeApi,
  type: ResourceType,
  key: ObjectKey,
  path: string,
  { now, template, target, toRevision, signal }: Change,
): Promise<UndoResult> {
  if (isDeepStrictEqual(plain(now), plain(template))) return { outcome: 'skipped', revision: toRevision };
  const object = await api.patch(type, key, { type: 'json', body: [{ op: 'replace', path, value: template }] }, { signal });
  return { outcome: 'undone', revision: revisionOf(target), object };
}

/** As it travels: `undefined` members and prototypes do not count. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
