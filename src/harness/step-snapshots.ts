import { LabError } from '../base/errors.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { SNAPSHOT_LAB as LAB, type Snapshot, snapshots } from '../kube/snapshot-resource.ts';
import { isStatus } from '../kube/status-error.ts';
import type { CheckContext } from './check.ts';
import { watchUntil } from './watch-until.ts';

export interface StepSnapshotsOptions {
  api: KubeApi;
  lab: string;
  /** What the state at the start of a step depends on: a snapshot of another one is not found. */
  hashOf: (step: string) => Promise<string>;
  ctx: Pick<CheckContext, 'clock' | 'signal'>;
}

/** Taking and restoring are done in the cluster's memory; this is when something is wrong. */
const TIMEOUT_MS = 30_000;
const NAME_LENGTH = 63;
const STEP = 'canary-lab.internal/step';

/** The cluster's states at the starts of a lab's steps, kept by the cluster itself as Snapshot objects. */
export class StepSnapshots {
  readonly #options: StepSnapshotsOptions;
  readonly #taken = new Set<string>();
  readonly #names = new Map<string, string>();

  constructor(options: StepSnapshotsOptions) {
    this.#options = options;
  }

  /**
   * Keeps the cluster's state as the start of the step, in place of one that was kept before; with `unlessThere`, that one stays.
   * A cluster that has no room for more snapshots keeps none.
   */
  async take(step: string, options: { unlessThere: boolean }): Promise<void> {
    const { api, lab, ctx } = this.#options;
    const name = await this.#nameOf(step);
    this.#taken.add(name);
    if (options.unlessThere && (await this.has(step))) return;
    const labels = { 'app.kubernetes.io/managed-by': 'canary-lab', [LAB]: lab.slice(0, NAME_LENGTH), [STEP]: step.slice(0, NAME_LENGTH) };
    // Also those of an older text of the lab, which nothing will find again, and of another lab, which has had its turn.
    for (const { metadata } of (await api.list(snapshots, { labelSelector: LAB }, { signal: ctx.signal })).items)
      if (metadata.labels?.[LAB] !== labels[LAB] || metadata.labels[STEP] === labels[STEP])
        await api.delete(snapshots, { name: metadata.name }, { signal: ctx.signal });
    const snapshot = { apiVersion: `${snapshots.group}/${snapshots.version}`, kind: snapshots.kind, metadata: { name, labels }, spec: {} };
    try {
      await api.create(snapshots, snapshot, { signal: ctx.signal });
    } catch (error) {
      if (!isStatus(error, 'Forbidden')) throw error;
      return;
    }
    await this.#until(name, 'take', (snapshot) => snapshot.status?.takenAt !== undefined);
  }

  /** Whether the cluster has kept the start of the step. */
  async has(step: string): Promise<boolean> {
    const { api, ctx } = this.#options;
    return (await api.get(snapshots, { name: await this.#nameOf(step) }, { signal: ctx.signal }))?.status?.takenAt !== undefined;
  }

  /** Brings the cluster back to the start of the step. Throws `SNAPSHOT_STUCK` when it does not get there. */
  async restore(step: string): Promise<void> {
    const { api, ctx } = this.#options;
    const name = await this.#nameOf(step);
    const restored = (await api.get(snapshots, { name }, { signal: ctx.signal }))?.status?.restored ?? 0;
    const restore = restored + 1;
    await api.patch(snapshots, { name }, { type: 'merge', body: { spec: { restore } } }, { signal: ctx.signal });
    await this.#until(name, 'restore', (snapshot) => (snapshot.status?.restored ?? 0) >= restore);
  }

  /** Deletes what this run has taken. */
  async forget(signal: AbortSignal): Promise<void> {
    for (const name of this.#taken)
      await this.#options.api.delete(snapshots, { name }, { signal }).catch((error: unknown) => {
        if (!isStatus(error, 'NotFound')) throw error;
      });
    this.#taken.clear();
  }

  async #nameOf(step: string): Promise<string> {
    const known = this.#names.get(step);
    if (known !== undefined) return known;
    const hash = await this.#options.hashOf(step);
    const name = `${`lab-${this.#options.lab}-${step}`.slice(0, NAME_LENGTH - hash.length - 1)}-${hash}`;
    this.#names.set(step, name);
    return name;
  }

  async #until(name: string, what: 'take' | 'restore', isDone: (snapshot: Snapshot) => boolean): Promise<void> {
    const { api, ctx } = this.#options;
    const verdict = await watchUntil(
      [{ resource: snapshots, name }],
      ([found]) => {
        const snapshot = found![0] as unknown as Snapshot | undefined;
        return { holds: snapshot !== undefined && isDone(snapshot), expected: '', observed: JSON.stringify(snapshot?.status ?? {}) };
      },
      { ...ctx, api },
      TIMEOUT_MS,
    );
    if (!verdict.holds)
      throw new LabError('SNAPSHOT_STUCK', `The cluster did not ${what} snapshot "${name}"; its status is ${verdict.observed}.`, {
        next: `Run "kubectl get snapshot ${name} -o yaml" to see it.`,
      });
  }
}
