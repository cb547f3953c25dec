import { ownValue } from '../base/own-value.ts';
import type { Event, Pod } from '../kube/generated/types.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import type { AnyObject, Draft, ObjectKey } from '../kube/object.ts';
import { keyOf } from '../kube/object.ts';
import { deployments, events, ingresses, nodes, pods, type ResourceType, replicaSets, services } from '../kube/resource-type.ts';
import { analysisRuns } from '../rollouts/analysis/analysis-run.ts';
import { POD_TEMPLATE_HASH, REVISION } from '../rollouts/rollout.ts';
import { changeField, type Undo } from './change-field.ts';
import { runOf } from './checks/analysis-run-check.ts';
import { isReady } from './checks/count-check.ts';
import { valueAt } from './checks/path-value.ts';
import { draftAgain } from './draft-again.ts';
import { describeObservation, type Observation } from './observation.ts';
import { ownedBy } from './version.ts';

/**
 * A real change to the cluster that must make a check fail. Controllers put some of them right again: stop the Rollouts
 * controller first. Changes to the status of built-in kinds are made where their controller reads, not where it writes.
 */
export interface Mutation {
  observation: Observation;
  /** What is changed, in words: `ingresses/x metadata.annotations… is changed`. */
  change: string;
  /** Makes the change through the API and resolves with its undo. Rejects when there is nothing to change. */
  apply(api: KubeApi, signal: AbortSignal): Promise<Undo>;
}

/** The changes for every observation of a check: one each, and two for answers (no Pods behind the Service, or other Pods). */
export function mutationsOf(check: { observes: readonly Observation[] }): Mutation[] {
  return check.observes.flatMap((observation): Mutation[] => {
    const change: Mutation = {
      observation,
      change: `${describeObservation(observation)} is changed`,
      apply: (api, signal) => applied(observation, api, signal),
    };
    if (observation.kind === 'count' && observation.labelSelector !== undefined && observation.resource.resource === pods.resource) {
      return [
        change,
        {
          observation,
          change: `one more of the ${describeObservation(observation).replace('number of ', '')}`,
          apply: (api, signal) => addPod(observation, api, signal),
        },
      ];
    }
    if (observation.kind !== 'http') return [change];
    return [
      change,
      {
        observation,
        change: `Service ${observation.service.name} selects the Pods of another revision`,
        apply: (api, signal) => selectOtherPods(observation.service, api, signal),
      },
    ];
  });
}

function applied(observation: Observation, api: KubeApi, signal: AbortSignal): Promise<Undo> {
  switch (observation.kind) {
    case 'field':
      return changeField(observation, api, signal, observation.to);
    case 'count':
      return changeCount(observation, api, signal);
    case 'analysis-run':
      return changeAnalysisRun(observation, api, signal);
    case 'replica-set':
      return changeReplicaSet(observation, api, signal);
    case 'event':
      return dropEvent(observation, api, signal);
    case 'http':
      return changeField({ resource: services, key: observation.service, path: ['spec', 'selector', POD_TEMPLATE_HASH] }, api, signal);
  }
}

async function selectOtherPods(service: Required<ObjectKey>, api: KubeApi, signal: AbortSignal): Promise<Undo> {
  const selected = (await api.get(services, service, { signal }))?.spec?.selector?.[POD_TEMPLATE_HASH];
  const { items } = await api.list(pods, { namespace: service.namespace, labelSelector: POD_TEMPLATE_HASH }, { signal });
  const other = items.map((pod) => pod.metadata.labels?.[POD_TEMPLATE_HASH]).find((hash) => hash !== selected);
  if (other === undefined) throw new Error('no Pods of another revision');
  return changeField({ resource: services, key: service, path: ['spec', 'selector', POD_TEMPLATE_HASH] }, api, signal, other);
}

/** Takes one object out of the selection, or puts one in when there is none. */
async function changeCount(observation: Extract<Observation, { kind: 'count' }>, api: KubeApi, signal: AbortSignal): Promise<Undo> {
  const { resource, namespace, labelSelector } = observation;
  if (resource.resource === nodes.resource) return changeNodes(api, signal);
  if (labelSelector === undefined) return addObject(resource, namespace ?? 'default', api, signal);
  const [label, value] = labelSelector.split('=') as [string, string];
  const countsIn = (object: { metadata: AnyObject['metadata'] }): boolean => observation.ready !== true || isReady(object as AnyObject);
  const items = (await api.list(resource, { namespace, labelSelector }, { signal })).items.filter(countsIn);
  const candidates = items.length > 0 ? items : (await api.list(resource, { namespace }, { signal })).items.filter(countsIn);
  const subject = candidates.find((object) => object.metadata.deletionTimestamp === undefined);
  if (subject === undefined) throw new Error(`no ${resource.kind} to relabel`);
  const before = ownValue(subject.metadata.labels, label);
  const relabel = (to: string | undefined, at: AbortSignal) =>
    api.patch(resource, keyOf(subject), { type: 'merge', body: { metadata: { labels: { [label]: to ?? null } } } }, { signal: at });
  await relabel(items.length > 0 ? 'changed' : value, signal);
  return async (undoSignal) => {
    await relabel(before, undoSignal);
  };
}

/** A Pod of its own with the wanted label: what owns the others does not take this one away. */
async function addPod(
  { namespace = 'default', labelSelector = '' }: Extract<Observation, { kind: 'count' }>,
  api: KubeApi,
  signal: AbortSignal,
): Promise<Undo> {
  const key = { namespace, name: 'one-too-many' };
  const labels = Object.fromEntries(labelSelector.split(',').map((term) => term.split('=') as [string, string]));
  await api.create(
    pods,
    {
      metadata: { ...key, labels },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image: 'one-too-many' }] },
    } as Draft<Pod>,
    { signal },
  );
  return (undoSignal) => api.delete(pods, key, { signal: undoSignal });
}

async function changeNodes(api: KubeApi, signal: AbortSignal): Promise<Undo> {
  const { items } = await api.list(nodes, {}, { signal });
  const undos = await Promise.all(
    items.map((node) =>
      changeField({ resource: nodes, key: keyOf(node), path: ['status', 'conditions', 'type=Ready', 'status'] }, api, signal),
    ),
  );
  return async (undoSignal) => {
    for (const undo of undos) await undo(undoSignal);
  };
}

async function addObject(resource: ResourceType, namespace: string, api: KubeApi, signal: AbortSignal): Promise<Undo> {
  const labels = { app: 'one-too-many' };
  const drafts: Record<string, object> = {
    [services.resource]: { spec: { selector: labels, ports: [{ port: 80 }] } },
    [ingresses.resource]: {
      spec: {
        ingressClassName: 'none-such',
        rules: [
          {
            host: 'one.too.many',
            http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'one-too-many', port: { number: 80 } } } }] },
          },
        ],
      },
    },
    [deployments.resource]: {
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'one-too-many' }] } },
      },
    },
  };
  const draft = drafts[resource.resource];
  if (draft === undefined) throw new Error(`no way is known to add a ${resource.kind}`);
  const key = { namespace, name: 'one-too-many' };
  await api.create(resource, { ...draft, metadata: key } as Draft<AnyObject>, { signal });
  return (undoSignal) => api.delete(resource, key, { signal: undoSignal });
}

async function changeAnalysisRun(
  { rollout, revision, type, path }: Extract<Observation, { kind: 'analysis-run' }>,
  api: KubeApi,
  signal: AbortSignal,
): Promise<Undo> {
  const { items } = await api.list(analysisRuns, { namespace: rollout.namespace }, { signal });
  const run = runOf(items as unknown as AnyObject[], rollout.name, revision, type);
  if (run === undefined) throw new Error(`no AnalysisRun of revision ${revision}`);
  return changeField({ resource: analysisRuns, key: keyOf(run), path }, api, signal, otherPhase(valueAt(run, path), path));
}

/** An AnalysisRun may only be in one of its phases. */
function otherPhase(value: unknown, path: readonly string[]): string | undefined {
  if (path.at(-1) !== 'phase') return undefined;
  return value === 'Inconclusive' ? 'Error' : 'Inconclusive';
}

async function changeReplicaSet(
  { rollout, revision }: Extract<Observation, { kind: 'replica-set' }>,
  api: KubeApi,
  signal: AbortSignal,
): Promise<Undo> {
  const items = (await api.list(replicaSets, { namespace: rollout.namespace }, { signal })).items as unknown as AnyObject[];
  const set = ownedBy(items, 'Rollout', rollout.name).find(({ metadata }) => metadata.annotations?.[REVISION] === String(revision));
  if (set === undefined) throw new Error(`no ReplicaSet of revision ${revision}`);
  return changeField({ resource: replicaSets, key: keyOf(set), path: ['spec', 'replicas'] }, api, signal);
}

async function dropEvent(observation: Extract<Observation, { kind: 'event' }>, api: KubeApi, signal: AbortSignal): Promise<Undo> {
  const { items } = await api.list<Event>(events, { namespace: observation.namespace }, { signal });
  const dropped = items.filter(
    ({ involvedObject, reason, message }) =>
      involvedObject.name === observation.about && reason === observation.reason && (message ?? '').includes(observation.message ?? ''),
  );
  if (dropped.length === 0) throw new Error(`no event ${observation.reason}`);
  for (const event of dropped) await api.delete(events, keyOf(event), { signal });
  return async (undoSignal) => {
    for (const event of dropped)
      await api.create(events, draftAgain(event as unknown as AnyObject) as Draft<Event>, { signal: undoSignal });
  };
}
