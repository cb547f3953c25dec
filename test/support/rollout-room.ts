import { createReplicaSetController } from '../../src/embedded/controllers/replicaset/replicaset-controller.ts';
import { createRolloutsController, type RolloutsControllerOptions } from '../../src/embedded/controllers/rollouts/rollouts-controller.ts';
import type { Ingress, Pod, ReplicaSet, Service } from '../../src/kube/generated/types.ts';
import { ingresses, replicaSets, services } from '../../src/kube/resource-type.ts';
import { type CanaryStrategy, POD_TEMPLATE_HASH, type Rollout, type RolloutSpec, rollouts } from '../../src/rollouts/rollout.ts';
import { type ControllerRoom, openControllerRoom, type PodFate } from './controller-room.ts';

const NAMESPACE = 'lab';
const KEY = { namespace: NAMESPACE, name: 'demo' };
export const CANARY_INGRESS = 'demo-demo-stable-canary';

/** A demo Rollout on a fake cluster, spoken to as a client would. */
export interface RolloutRoom extends AsyncDisposable {
  room: ControllerRoom;
  rollout(): Rollout;
  status(): NonNullable<Rollout['status']>;
  replicaSet(image: string): ReplicaSet | undefined;
  hash(image: string): string;
  /** `canary/stable` Pods that the two ReplicaSets ask for. */
  sizes(canary: string, stable: string): string;
  service(name: 'demo-stable' | 'demo-canary'): Service;
  selected(name: 'demo-stable' | 'demo-canary'): string | undefined;
  canaryIngress(name?: string): Ingress | undefined;
  weight(): string | undefined;
  patch(body: object): Promise<void>;
  patchStatus(body: object): Promise<void>;
  setImage(image: string): Promise<void>;
  promote(): Promise<void>;
  /** Texts of events after the last call. */
  newEvents(): string[];
}

export function demoSpec(canary: Partial<CanaryStrategy> = {}, spec: Partial<RolloutSpec> = {}): RolloutSpec {
  return {
    replicas: 5,
    selector: { matchLabels: { app: 'demo' } },
    template: { metadata: { labels: { app: 'demo' } }, spec: { containers: [{ name: 'demo', image: 'demo:v1' }] } },
    strategy: {
      canary: {
        canaryService: 'demo-canary',
        stableService: 'demo-stable',
        trafficRouting: { nginx: { stableIngress: 'demo-stable' } },
        steps: [
          { setWeight: 20 },
          { pause: {} },
          { setWeight: 40 },
          { pause: { duration: '10s' } },
          { setWeight: 60 },
          { pause: { duration: '10s' } },
          { setWeight: 80 },
          { pause: { duration: '10s' } },
        ],
        ...canary,
      },
    },
    ...spec,
  };
}

export function demoIngress(name = 'demo-stable', service = 'demo-stable') {
  return {
    metadata: { namespace: NAMESPACE, name, annotations: { 'nginx.ingress.kubernetes.io/rewrite-target': '/' } },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'demo.local',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } }] },
        },
      ],
    },
  };
}

export interface RolloutRoomOptions {
  controller?: RolloutsControllerOptions;
  seed?: (api: ControllerRoom['api']) => void;
  fate?: (pod: Pod) => PodFate;
  seeds?: { ingress?: boolean; services?: boolean };
}

/** Opens a room with the two Services, the stable Ingress and the Rollout, and lets everything settle. */
export async function openRolloutRoom(spec: RolloutSpec = demoSpec(), options: RolloutRoomOptions = {}): Promise<RolloutRoom> {
  const room = await openControllerRoom(
    (deps) => [createReplicaSetController(deps), ...createRolloutsController(deps, options.controller)],
    options.fate === undefined ? {} : { fate: options.fate },
  );
  const { api } = room;
  if (options.seeds?.services !== false)
    for (const name of ['demo-stable', 'demo-canary'])
      api.seed(services, { metadata: { namespace: NAMESPACE, name }, spec: { selector: { app: 'demo' }, ports: [{ port: 80 }] } });
  if (options.seeds?.ingress !== false) api.seed(ingresses, demoIngress());
  options.seed?.(api);
  api.seed(rollouts, { metadata: KEY, spec });
  await room.settled();
  let seen = 0;
  const find = (image: string): ReplicaSet | undefined =>
    api.all(replicaSets, NAMESPACE).find((rs) => rs.spec.template?.spec?.containers[0]?.image === `demo:${image}`);
  const rolloutNow = (): Rollout => api.all(rollouts, NAMESPACE).find(({ metadata }) => metadata.name === 'demo')!;
  const result: RolloutRoom = {
    room,
    rollout: rolloutNow,
    status: () => rolloutNow().status ?? {},
    replicaSet: find,
    hash: (image) => find(image)?.metadata.labels?.[POD_TEMPLATE_HASH] ?? '',
    sizes: (canary, stable) => `${find(canary)?.spec.replicas}/${find(stable)?.spec.replicas}`,
    service: (name) => api.all(services, NAMESPACE).find(({ metadata }) => metadata.name === name)!,
    selected: (name) => result.service(name).spec?.selector?.[POD_TEMPLATE_HASH],
    canaryIngress: (name = CANARY_INGRESS) => api.all(ingresses, NAMESPACE).find(({ metadata }) => metadata.name === name),
    weight: () => result.canaryIngress()?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'],
    async patch(body) {
      await api.patch(rollouts, KEY, { type: 'merge', body });
      await room.settled();
    },
    async patchStatus(status) {
      await api.patch(rollouts, KEY, { type: 'merge', body: { status } }, { subresource: 'status' });
      await room.settled();
    },
    setImage: (image) => result.patch({ spec: { template: { spec: { containers: [{ name: 'demo', image: `demo:${image}` }] } } } }),
    promote: () => result.patchStatus({ pauseConditions: null }),
    newEvents() {
      const texts = room.eventTexts();
      const fresh = texts.slice(seen);
      seen = texts.length;
      return fresh;
    },
    [Symbol.asyncDispose]: () => room[Symbol.asyncDispose](),
  };
  return result;
}
