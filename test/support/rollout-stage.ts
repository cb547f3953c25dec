import type { Clock } from '../../src/base/clock.ts';
import type { Event, Ingress, ReplicaSet, Service } from '../../src/kube/generated/types.ts';
import type { KubeApi } from '../../src/kube/kube-api.ts';
import type { Draft, KubeObject } from '../../src/kube/object.ts';
import { events, ingresses, type ResourceType, replicaSets, services } from '../../src/kube/resource-type.ts';
import { revisionOf } from '../../src/rollouts/revision.ts';
import { POD_TEMPLATE_HASH, type Rollout, type RolloutSpec, rollouts } from '../../src/rollouts/rollout.ts';
import { demoIngress, demoSpec } from './rollout-room.ts';

export const WEIGHT = 'nginx.ingress.kubernetes.io/canary-weight';
export const CANARY_INGRESS = 'demo-demo-stable-canary';

/** A cluster with our rollouts controller, as a scenario needs it. Everything is inside one namespace. */
export interface StageBase {
  api: KubeApi;
  namespace: string;
  clock: Clock;
  nowMs(): number;
  all<T extends KubeObject>(type: ResourceType<T>): T[];
  onChange<T extends KubeObject>(type: ResourceType<T>, handler: (object: T, change: 'added' | 'modified' | 'deleted') => void): void;
  settled(): Promise<void>;
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What was stored one after the other, without repeats. */
export interface History {
  weights: string[];
  indexes: number[];
  phases: string[];
  sizes: string[];
  selected: string[];
}

export interface Stage extends StageBase, AsyncDisposable {
  history: History;
  rollout(): Rollout;
  status(): NonNullable<Rollout['status']>;
  replicaSet(image: string): ReplicaSet | undefined;
  hash(image: string): string;
  /** `canary/stable` Pods that two ReplicaSets ask for. */
  sizes(canary: string, stable: string): string;
  available(image: string): number;
  service(name: string): Service | undefined;
  selected(name: string): string | undefined;
  canaryIngress(name?: string): Ingress | undefined;
  weight(): string | undefined;
  /** `Status/Reason` of a condition. */
  condition(type: string): string | undefined;
  create<T extends KubeObject>(type: ResourceType<T>, draft: Draft<T>): Promise<T>;
  patch(body: object): Promise<void>;
  patchStatus(body: object): Promise<void>;
  setImage(image: string): Promise<void>;
  promote(): Promise<void>;
  /** Lets time pass until the condition holds; throws after `maxMs` of the cluster's time. */
  until(what: string, holds: () => boolean, maxMs?: number): Promise<void>;
  /** Lets time pass until the Rollout is at a pause with this step index. */
  pausedAt(index: number): Promise<void>;
  healthy(): Promise<void>;
  /** `REASON: message` of the Rollout's own events since the last call, in order; repeats of a text are one event. */
  newEvents(): string[];
}

export interface StageSeeds {
  spec?: RolloutSpec;
  ingress?: boolean;
  services?: boolean;
  objects?: (stage: StageBase) => Promise<unknown>;
}

/** Puts the demo Rollout, its Services and its Ingress on a stage. Pods are available two seconds after they were made; nothing is waited for. */
export async function setStage(base: StageBase, seeds: StageSeeds = {}): Promise<Stage> {
  const { api, namespace } = base;
  const key = { namespace, name: 'demo' };
  const history: History = { weights: [], indexes: [], phases: [], sizes: [], selected: [] };
  const note = <T>(list: T[], value: T | undefined): void => {
    if (value !== undefined && list.at(-1) !== value) list.push(value);
  };
  base.onChange(ingresses, (ingress) => {
    if (ingress.metadata.name === CANARY_INGRESS) note(history.weights, ingress.metadata.annotations?.[WEIGHT]);
  });
  base.onChange(services, (service) => {
    if (service.metadata.name === 'demo-canary') note(history.selected, service.spec?.selector?.[POD_TEMPLATE_HASH]);
  });
  base.onChange(rollouts, ({ status }) => {
    note(history.indexes, status?.currentStepIndex);
    note(history.phases, status?.phase === undefined ? undefined : `${status.phase}${status.message ? ` - ${status.message}` : ''}`);
  });
  base.onChange(replicaSets, () => {
    const sets = base
      .all(replicaSets)
      .filter((rs) => rs.metadata.ownerReferences?.some(({ kind }) => kind === 'Rollout'))
      .sort((a, b) => revisionOf(b) - revisionOf(a));
    note(history.sizes, sets.map((rs) => rs.spec.replicas).join('/'));
  });
  if (seeds.services !== false)
    for (const name of ['demo-stable', 'demo-canary'])
      await api.create(services, { metadata: { namespace, name }, spec: { selector: { app: 'demo' }, ports: [{ port: 80 }] } });
  if (seeds.ingress !== false) await api.create(ingresses, inNamespace(demoIngress(), namespace) as Draft<Ingress>);
  await seeds.objects?.(base);
  await api.create(rollouts, { metadata: key, spec: { minReadySeconds: 2, ...(seeds.spec ?? demoSpec()) } });

  let seen = 0;
  const rolloutNow = (): Rollout => base.all(rollouts).find(({ metadata }) => metadata.name === 'demo')!;
  const stage: Stage = {
    ...base,
    history,
    rollout: rolloutNow,
    status: () => rolloutNow()?.status ?? {},
    replicaSet: (image) =>
      base
        .all(replicaSets)
        .find(
          (rs) =>
            rs.metadata.ownerReferences?.some(({ kind }) => kind === 'Rollout') &&
            rs.spec.template?.spec?.containers[0]?.image === `demo:${image}`,
        ),
    hash: (image) => stage.replicaSet(image)?.metadata.labels?.[POD_TEMPLATE_HASH] ?? '',
    sizes: (canary, stable) => `${stage.replicaSet(canary)?.spec.replicas}/${stage.replicaSet(stable)?.spec.replicas}`,
    available: (image) => stage.replicaSet(image)?.status?.availableReplicas ?? 0,
    service: (name) => base.all(services).find(({ metadata }) => metadata.name === name),
    selected: (name) => stage.service(name)?.spec?.selector?.[POD_TEMPLATE_HASH],
    canaryIngress: (name = CANARY_INGRESS) => base.all(ingresses).find(({ metadata }) => metadata.name === name),
    weight: () => stage.canaryIngress()?.metadata.annotations?.[WEIGHT],
    condition(type) {
      const found = stage.status().conditions?.find((condition) => condition.type === type);
      return found === undefined ? undefined : `${found.status}/${found.reason}`;
    },
    async create(type, draft) {
      const made = await api.create(type, draft);
      await base.settled();
      return made;
    },
    async patch(body) {
      await api.patch(rollouts, key, { type: 'merge', body });
      await base.settled();
    },
    async patchStatus(status) {
      await api.patch(rollouts, key, { type: 'merge', body: { status } }, { subresource: 'status' });
      await base.settled();
    },
    setImage: (image) => stage.patch({ spec: { template: { spec: { containers: [{ name: 'demo', image: `demo:${image}` }] } } } }),
    promote: () => stage.patchStatus({ pauseConditions: null }),
    async until(what, holds, maxMs = 120_000) {
      await base.settled();
      for (let waitedMs = 0; !holds(); waitedMs += 500) {
        if (waitedMs >= maxMs)
          throw new Error(`${what} did not happen within ${maxMs} ms; the status is ${JSON.stringify(stage.status())}`);
        await base.advance(500);
      }
    },
    async pausedAt(index) {
      await stage.until(
        `a pause at step ${index}`,
        () =>
          stage.status().currentStepIndex === index &&
          stage.status().phase === 'Paused' &&
          (stage.status().pauseConditions ?? []).length > 0,
      );
    },
    healthy: () => stage.until('phase Healthy', () => stage.status().phase === 'Healthy'),
    newEvents() {
      const texts = base
        .all(events)
        .filter((event: Event) => event.involvedObject.kind === 'Rollout')
        .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
        .map((event) => `${event.reason}: ${event.message}`);
      const fresh = texts.slice(seen);
      seen = texts.length;
      return fresh;
    },
    [Symbol.asyncDispose]: () => base.close(),
  };
  await base.settled();
  return stage;
}

export function inNamespace<T extends { metadata: object }>(draft: T, namespace: string): T {
  return { ...draft, metadata: { ...draft.metadata, namespace } };
}
