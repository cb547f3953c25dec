import { Activity } from '../../src/base/activity.ts';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { createRolloutsController } from '../../src/embedded/controllers/rollouts/rollouts-controller.ts';
import type { EventRecorder } from '../../src/kube/event-recorder.ts';
import { InformerFactory } from '../../src/kube/informer.ts';
import type { KubeApi } from '../../src/kube/kube-api.ts';
import { keyOf } from '../../src/kube/object.ts';
import { ingresses, type ResourceType, replicaSets, services } from '../../src/kube/resource-type.ts';
import { isStatus } from '../../src/kube/status-error.ts';
import { type RolloutSpec, rollouts } from '../../src/rollouts/rollout.ts';
import { createFakeKubeApi, type FakeKubeApi } from './fake-kube-api.ts';
import { demoIngress } from './rollout-room.ts';
import { brokenRules, storedIn } from './write-rules.ts';

export const DEMO = { namespace: 'lab', name: 'demo' };
/** More passes than any action needs; who takes more is in a loop. */
const TOO_MANY_PASSES = 400;

/**
 * One Rollout under the real controller, with ReplicaSets whose Pods are counted and not made: fast enough for thousands of
 * actions. Every write of the controller is held against the rules; passes are counted.
 */
export class RolloutModel {
  readonly api: FakeKubeApi;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly broken: string[] = [];
  /** Pods of each ReplicaSet that do not become available. */
  readonly failing = new Map<string, number>();
  /** Passes begun since the last write of anybody. */
  passesSinceWrite = 0;
  readonly #activity: Activity;
  #passesSinceAction = 0;
  #controllers = new AbortController();
  readonly #nodes = new AbortController();

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.#activity = new CountingActivity((what) => this.#began(what));
    this.clock = new VirtualClock({ host: hostClock, activity: this.#activity, startMs: Date.UTC(2025, 0, 1), rate: 0 });
    this.api = createFakeKubeApi({
      clock: this.clock,
      random: this.random,
      activity: this.#activity,
      aroundWrite: (work) => this.#held(work),
    });
  }

  async start(spec: RolloutSpec): Promise<void> {
    for (const name of ['demo-stable', 'demo-canary'])
      this.api.seed(services, { metadata: { namespace: 'lab', name }, spec: { selector: { app: 'demo' }, ports: [{ port: 80 }] } });
    this.api.seed(ingresses, demoIngress());
    this.api.seed(rollouts, { metadata: DEMO, spec });
    await this.#startNodes();
    await this.#startController();
    await this.settled();
  }

  /** Ends the controller where it is, between two writes of a pass if it comes so, and starts another one; what it knew is lost. */
  async restart(): Promise<void> {
    this.#controllers.abort();
    await this.#startController();
  }

  async settled(): Promise<void> {
    this.#passesSinceAction = 0;
    await this.#activity.settled();
  }

  async advance(ms: number): Promise<void> {
    this.#passesSinceAction = 0;
    await this.clock.advanceTo(this.clock.nowMs() + ms);
    await this.#activity.settled();
  }

  /** Sets how many Pods of a ReplicaSet fail, as their node would see it. */
  async fail(name: string, count: number): Promise<void> {
    this.failing.set(name, count);
    await this.#tend(name);
  }

  async stop(): Promise<void> {
    this.#controllers.abort();
    this.#nodes.abort();
    this.clock.stop();
    await this.#activity.settled();
  }

  #began(what: string): void {
    if (!what.startsWith('rollouts ') || !what.endsWith(' running')) return;
    this.passesSinceWrite += 1;
    this.#passesSinceAction += 1;
    if (this.#passesSinceAction !== TOO_MANY_PASSES) return;
    this.broken.push('the controller does not come to rest');
    this.#controllers.abort();
  }

  async #startController(): Promise<void> {
    this.#controllers = new AbortController();
    const api = mortal(this.api, this.#controllers.signal);
    const informers = new InformerFactory(api, { clock: this.clock, log: silentLog });
    const events = { record: () => {}, flush: () => Promise.resolve() } as unknown as EventRecorder;
    const controllers = createRolloutsController({
      api,
      informers,
      events,
      clock: this.clock,
      random: this.random,
      log: silentLog,
      activity: this.#activity,
    });
    await informers.start(this.#controllers.signal);
    for (const controller of controllers) controller.start(this.#controllers.signal);
  }

  /** One write, held against the rules. */
  #held<R>(work: () => R): R {
    const before = storedIn(this.api);
    const result = work();
    this.passesSinceWrite = 0;
    this.broken.push(...brokenRules(before, storedIn(this.api)));
    return result;
  }

  async #startNodes(): Promise<void> {
    const informers = new InformerFactory(this.api, { clock: this.clock, log: silentLog });
    // The last change is when watchers learn of it: each of them may begin a pass of its own.
    for (const type of [rollouts, services, ingresses])
      informers.for(type as ResourceType).onChange(() => {
        this.passesSinceWrite = 0;
      });
    informers.for(replicaSets).onChange((change) => {
      this.passesSinceWrite = 0;
      if (change.type !== 'deleted') void this.#activity.during('nodes', () => this.#tend(change.object.metadata.name));
    });
    await informers.start(this.#nodes.signal);
  }

  async #tend(name: string): Promise<void> {
    const rs = this.api.all(replicaSets).find(({ metadata }) => metadata.name === name);
    if (rs === undefined) return;
    const replicas = rs.spec.replicas ?? 1;
    const { status } = rs;
    // Pods that fail are the first to go when a ReplicaSet shrinks.
    const removed = Math.max(0, (status?.replicas ?? 0) - replicas);
    if (removed > 0) this.failing.set(name, Math.max(0, (this.failing.get(name) ?? 0) - removed));
    const available = Math.max(0, replicas - (this.failing.get(name) ?? 0));
    if (
      (status?.replicas ?? 0) === replicas &&
      (status?.availableReplicas ?? 0) === available &&
      status?.observedGeneration === rs.metadata.generation
    )
      return;
    const next = {
      replicas,
      fullyLabeledReplicas: replicas,
      readyReplicas: available,
      availableReplicas: available,
      observedGeneration: rs.metadata.generation,
    };
    await this.api
      .patch(replicaSets, keyOf(rs), { type: 'merge', body: { status: next } }, { subresource: 'status' })
      .catch((error: unknown) => {
        if (!isStatus(error, 'NotFound', 'Conflict')) throw error;
      });
  }
}

/** The API as a process sees it that may end at any time: nothing is written after that. */
function mortal(api: FakeKubeApi, signal: AbortSignal): KubeApi {
  const alive = <R>(write: () => Promise<R>): Promise<R> => (signal.aborted ? Promise.reject(new Error('the process has ended')) : write());
  return {
    ...api,
    create: (...args) => alive(() => api.create(...args)),
    update: (...args) => alive(() => api.update(...args)),
    patch: (...args) => alive(() => api.patch(...args)),
    delete: (...args) => alive(() => api.delete(...args)),
    createSubresource: (...args) => alive(() => api.createSubresource(...args)),
  };
}

/** Tells of every piece of work as it begins. */
class CountingActivity extends Activity {
  readonly #began: (what: string) => void;
  constructor(began: (what: string) => void) {
    super();
    this.#began = began;
  }
  override begin(what: string): () => void {
    this.#began(what);
    return super.begin(what);
  }
}
