import { Activity } from '../../src/base/activity.ts';
import { hostClock, rfc3339 } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import type { Controller, ControllerDeps } from '../../src/embedded/controllers/controller.ts';
import { EventRecorder } from '../../src/kube/event-recorder.ts';
import type { Event, Pod, PodTemplateSpec } from '../../src/kube/generated/types.ts';
import { InformerFactory } from '../../src/kube/informer.ts';
import { keyOf } from '../../src/kube/object.ts';
import { events, pods } from '../../src/kube/resource-type.ts';
import { isStatus } from '../../src/kube/status-error.ts';
import { createFakeKubeApi, type FakeKubeApi } from './fake-kube-api.ts';

export interface ControllerRoom extends AsyncDisposable {
  api: FakeKubeApi;
  clock: VirtualClock;
  activity: Activity;
  deps: ControllerDeps;
  /** Resolves when the controllers have nothing left to do at this instant. */
  settled(): Promise<void>;
  /** Moves the clock and settles. */
  advance(ms: number): Promise<void>;
  /** `REASON: message` of the events written so far, in order; repeats counted once. */
  eventTexts(): string[];
}

/** What a node does to Pods, decided by the test: `ready` (default), `running` (never ready), `nothing`, or a final phase. */
export type PodFate = 'ready' | 'running' | 'nothing' | 'Succeeded' | 'Failed';

/** Controllers on a fake API, a stopped clock, and a node that gives Pods their fate at once. Time starts at 2025-01-01T00:00:00Z. */
export async function openControllerRoom(
  create: (deps: ControllerDeps) => Controller[],
  options: {
    fate?: (pod: Pod) => PodFate;
    binds?: boolean;
    keepsTerminating?: boolean;
    watchLagTurns?: number;
    reportsContainers?: boolean;
  } = {},
): Promise<ControllerRoom> {
  const activity = new Activity();
  const clock = new VirtualClock({ host: hostClock, activity, startMs: Date.UTC(2025, 0, 1), rate: 0 });
  const random = seededRandom(7);
  const api = createFakeKubeApi({
    clock,
    random,
    activity,
    ...(options.watchLagTurns === undefined ? {} : { watchLagTurns: options.watchLagTurns }),
  });
  const informers = new InformerFactory(api, { clock, log: silentLog });
  const deps: ControllerDeps = {
    api,
    informers,
    clock,
    random,
    log: silentLog,
    activity,
    events: new EventRecorder(api, { component: 'test' }, { clock, random, log: silentLog }),
  };
  const end = new AbortController();
  const controllers = create(deps);
  let addresses = 0;

  const tend = async (pod: Pod): Promise<void> => {
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (options.keepsTerminating !== true && (pod.metadata.deletionGracePeriodSeconds ?? 0) > 0)
        await api.delete(pods, keyOf(pod), { gracePeriodSeconds: 0 });
      return;
    }
    const fate = options.fate?.(pod) ?? 'ready';
    if (fate === 'nothing' || (pod.spec.nodeName === undefined && options.binds === false)) return;
    if (pod.spec.nodeName === undefined) {
      await api.createSubresource(pods, keyOf(pod), 'binding', { target: { name: 'node-1' } });
      return;
    }
    const now = rfc3339(clock.nowMs());
    const wanted = fate === 'Succeeded' || fate === 'Failed' ? fate : 'Running';
    const ready = fate === 'ready' ? 'True' : 'False';
    if (pod.status?.phase === wanted && pod.status.conditions?.find((condition) => condition.type === 'Ready')?.status === ready) return;
    await api.patch(
      pods,
      keyOf(pod),
      {
        type: 'strategic',
        body: {
          status: {
            phase: wanted,
            podIP: pod.status?.podIP ?? `10.0.0.${++addresses}`,
            conditions: [{ type: 'Ready', status: ready, lastTransitionTime: now }],
            ...(options.reportsContainers === true
              ? {
                  containerStatuses: pod.spec.containers.map(({ name, image = '' }) => ({
                    name,
                    image,
                    imageID: image,
                    ready: ready === 'True',
                    restartCount: 0,
                    state: { running: { startedAt: now } },
                  })),
                }
              : {}),
          },
        },
      },
      { subresource: 'status' },
    );
  };
  informers.for(pods).onChange((change) => {
    if (change.type !== 'deleted')
      void activity.during('node', () =>
        tend(change.object).catch((error: unknown) => {
          if (!isStatus(error, 'NotFound', 'Conflict')) throw error;
        }),
      );
  });
  await informers.start(end.signal);
  for (const controller of controllers) controller.start(end.signal);
  return {
    api,
    clock,
    activity,
    deps,
    settled: () => activity.settled(),
    async advance(ms) {
      await clock.advanceTo(clock.nowMs() + ms);
      await activity.settled();
    },
    eventTexts: () => api.all(events).map((event: Event) => `${event.reason}: ${event.message}`),
    async [Symbol.asyncDispose]() {
      end.abort();
      clock.stop();
      await activity.settled();
    },
  };
}

/** A Pod template with one container of `image`, labelled `app: web`. */
export function aTemplate(image = 'web:1', labels: Record<string, string> = { app: 'web' }): PodTemplateSpec {
  return { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
}
