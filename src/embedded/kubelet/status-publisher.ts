import { equalJson } from '../../base/equal-json.ts';
import { messageOf } from '../../base/errors.ts';
import { findCondition } from '../../kube/conditions.ts';
import type { Pod, PodCondition, PodStatus } from '../../kube/generated/types.ts';
import { keyOf } from '../../kube/object.ts';
import { pods } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import type { KubeletDeps } from './kubelet-deps.ts';

/** The conditions that a kubelet writes; others' (readiness gates) stay as they are. */
const OWNED_CONDITIONS = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled', 'DisruptionTarget'];

/** Keeps a Pod's status in the API as the kubelet knows it, one write at a time; changes during a write are gathered into the next. */
export class StatusPublisher {
  readonly #deps: Pick<KubeletDeps, 'api' | 'clock' | 'activity' | 'log'>;
  readonly #pod: () => Pod;
  readonly #compute: (pod: Pod) => PodStatus;
  /** What was written last. */
  #lastStatus: PodStatus | undefined;
  /** Whether `#lastStatus` is all that the object shows of ours. */
  #isWritten = false;
  #writing: Promise<void> | undefined;
  #isDirty = false;
  #isClosed = false;

  constructor(pod: () => Pod, compute: (pod: Pod) => PodStatus, deps: Pick<KubeletDeps, 'api' | 'clock' | 'activity' | 'log'>) {
    this.#pod = pod;
    this.#compute = compute;
    this.#deps = deps;
  }

  /** Writes the status soon, if it differs from what was written last. */
  publish(): void {
    this.#isDirty = true;
    if (this.#writing !== undefined || this.#isClosed) return;
    const end = this.#deps.activity.begin(`status of ${this.#pod().metadata.name}`);
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined;
      end();
    });
  }

  /** The object's status was written past us and is what we go on from. What differs from it is written soon. */
  adopt(status: PodStatus | undefined): void {
    this.#isWritten = false;
    this.#lastStatus = status;
    this.publish();
  }

  /** Resolves when nothing is being written. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  /** Writes no more: the object is gone, or its status is not ours to change. */
  close(): void {
    this.#isClosed = true;
  }

  async #writeAll(): Promise<void> {
    // One turn gathers what the same event changed in several containers.
    await Promise.resolve();
    while (this.#isDirty && !this.#isClosed) {
      this.#isDirty = false;
      const pod = this.#pod();
      const status = this.#compute(this.#withOwnConditions(pod));
      if (this.#isWritten && equalJson(status, this.#lastStatus)) continue;
      try {
        const body = {
          metadata: { uid: pod.metadata.uid },
          status: { ...status, conditions: this.#conditionsPatch(pod, status.conditions ?? []) },
        };
        await this.#deps.api.patch(pods, keyOf(pod), { type: 'strategic', body }, { subresource: 'status' });
        this.#lastStatus = status;
        this.#isWritten = true;
      } catch (error) {
        if (isStatus(error, 'NotFound', 'Conflict') || this.#isClosed) return;
        this.#deps.log.warn(`cannot write the status of pod ${pod.metadata.name}: ${messageOf(error)}`);
        this.#isDirty = true;
        this.#deps.clock.after(1000, () => this.publish());
        return;
      }
    }
  }

  /** Conditions merge by type, so a reason or message that no longer holds must be taken away by name. */
  #conditionsPatch(pod: Pod, conditions: readonly PodCondition[]): object[] {
    const known = (this.#lastStatus ?? pod.status)?.conditions;
    return conditions.map((condition) => {
      const before = findCondition(known, condition.type);
      const gone = (['reason', 'message'] as const).filter((field) => before?.[field] !== undefined && condition[field] === undefined);
      return { ...condition, ...Object.fromEntries(gone.map((field) => [field, null])) };
    });
  }

  /** The Pod with the kubelet's own conditions as it wrote them: the informer may lag behind. */
  #withOwnConditions(pod: Pod): Pod {
    if (this.#lastStatus === undefined) return pod;
    const others = (pod.status?.conditions ?? []).filter(({ type }) => !OWNED_CONDITIONS.includes(type));
    return { ...pod, status: { ...pod.status, conditions: [...others, ...(this.#lastStatus.conditions ?? [])] } };
  }
}
