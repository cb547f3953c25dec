import { isDeepStrictEqual } from 'node:util';
import type { Timer } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Pod } from '../../kube/generated/types.ts';
import { keyOf } from '../../kube/object.ts';
import { endpointSlices, pods, services } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import { ContainerFiles, EmptyDirs } from './container-files.ts';
import type { EnvSources } from './env.ts';
import type { NodeFacts } from './field-reference.ts';
import { type KubeletDeps, NODE_CPU, NODE_MEMORY } from './kubelet-deps.ts';
import { ManagedContainer, type PodSurroundings } from './managed-container.ts';
import { ObjectReader } from './object-reader.ts';
import { isSidecar, type PodSnapshot, podStatus } from './pod-status.ts';
import { PodTokens } from './pod-tokens.ts';
import { SourceChanges } from './source-changes.ts';
import { StatusPublisher } from './status-publisher.ts';
import { endpointsWithdrawn, SHORTEST_GRACE_MS } from './termination.ts';
import { untilAborted } from './until-aborted.ts';
import type { UsageSample } from './usage-meter.ts';
import { evictionMessage } from './volume-limits.ts';
import { missingVolumes, type VolumeSources } from './volumes.ts';

const MONITORING_MS = 10_000;
/** How long a volume that could not be set up waits: kubernetes/pkg/util/goroutinemap/exponentialbackoff. */
const FIRST_MOUNT_RETRY_MS = 500;
const LONGEST_MOUNT_RETRY_MS = 122_000;

/** The life of one Pod on the node, from its binding to its last DELETE. */
export class PodWorker {
  readonly uid: string;
  readonly #deps: KubeletDeps;
  readonly #presentImages: Set<string>;
  readonly #reader: ObjectReader;
  readonly #stopping = new AbortController();
  readonly #init: ManagedContainer[];
  readonly #main: ManagedContainer[];
  readonly #tokens: PodTokens;
  readonly #emptyDirs = new EmptyDirs();
  #limitCheck: Timer | undefined;
  readonly #isRestored: boolean;
  #startTimeMs: number;
  readonly #status: StatusPublisher;
  #pod: Pod;
  #ip: string | undefined;
  #ownsIp = false;
  #failure: { reason: string; message: string } | undefined;
  #final: 'Succeeded' | 'Failed' | undefined;
  #isGone = false;
  #termination: Promise<void> | undefined;
  /** What the running termination grants, in ms. */
  #graceMs = 0;
  readonly #sourceChanges: SourceChanges;
  #lives: Promise<void> = Promise.resolve();

  /** `isRestored`: the object tells of containers that ran in a state to which the cluster has gone back, and not of a crash. */
  constructor(pod: Pod, presentImages: Set<string>, deps: KubeletDeps, options: { isRestored?: boolean } = {}) {
    this.uid = pod.metadata.uid;
    this.#isRestored = options.isRestored === true;
    this.#pod = pod;
    this.#deps = deps;
    this.#sourceChanges = new SourceChanges(deps.clock);
    this.#presentImages = presentImages;
    this.#tokens = new PodTokens(pod, deps);
    this.#reader = new ObjectReader(deps.api, deps.informers, pod.metadata.namespace ?? 'default');
    this.#startTimeMs = pod.status?.startTime === undefined ? deps.clock.nowMs() : Date.parse(pod.status.startTime);
    this.#status = new StatusPublisher(
      () => this.#pod,
      (current) => podStatus(current, this.#snapshot(), deps.clock.nowMs(), this.#final),
      deps,
    );
    const around = this.#surroundings();
    this.#init = (pod.spec.initContainers ?? []).map(
      (spec) => new ManagedContainer(spec, isSidecar(spec) ? 'sidecar' : 'init', around, deps),
    );
    this.#main = pod.spec.containers.map((spec) => new ManagedContainer(spec, 'main', around, deps));
  }

  get pod(): Pod {
    return this.#pod;
  }

  container(name: string): ManagedContainer | undefined {
    return [...this.#main, ...this.#init].find(({ spec }) => spec.name === name);
  }

  /** What each running container used lately; a sample is missing until there is one. */
  usage(): { name: string; sample: UsageSample | undefined }[] {
    return [...this.#main, ...this.#init].flatMap(({ spec, running }) =>
      running === undefined ? [] : [{ name: spec.name, sample: running.usage() }],
    );
  }

  /** Begins the Pod's life on the node. Its containers wait for `room`. */
  start(room?: Promise<unknown>): void {
    const phase = this.#pod.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed') {
      // It ended in an earlier life of the cluster, whose status stands.
      this.#status.close();
      if (this.#pod.metadata.deletionTimestamp !== undefined) void this.#terminate();
      return;
    }
    if (this.#pod.metadata.deletionTimestamp !== undefined) {
      void this.#terminate();
      return;
    }
    const { activeDeadlineSeconds } = this.#pod.spec;
    if (activeDeadlineSeconds !== undefined) {
      void this.#deadline(activeDeadlineSeconds * 1000, this.#stopping.signal).then(
        () => this.#end({ reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }),
        () => {},
      );
    }
    this.#lives = this.#live(this.#stopping.signal, room).catch((error: unknown) => {
      if (!this.#stopping.signal.aborted)
        this.#deps.log.error(`pod ${this.#pod.metadata.name}: ${error instanceof Error ? (error.stack ?? '') : messageOf(error)}`);
    });
  }

  /** The Pod's object has changed. */
  update(pod: Pod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp === undefined) {
      this.#status.publish();
      return;
    }
    if (this.#termination !== undefined) this.#shortenGrace((pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000);
    void this.#terminate();
  }

  /**
   * Takes over a restored object, whose times have been moved. Answers false, and changes nothing, when its spec or its containers are not
   * those that run here.
   */
  goesOn(pod: Pod): boolean {
    const isDeleting = pod.metadata.deletionTimestamp !== undefined;
    if (isDeleting !== (this.#termination !== undefined)) return false;
    if (!isDeleting && this.#stopping.signal.aborted && this.#final !== pod.status?.phase) return false;
    if (!isDeepStrictEqual(pod.spec, this.#pod.spec)) return false;
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    const statusOf = new Map([...containerStatuses, ...initContainerStatuses].map((status) => [status.name, status]));
    const containers = [...this.#main, ...this.#init];
    if (!containers.every((container) => container.isAsIn(statusOf.get(container.spec.name)))) return false;
    for (const container of containers) container.adopt(statusOf.get(container.spec.name));
    this.#pod = pod;
    if (pod.status?.startTime !== undefined) this.#startTimeMs = Date.parse(pod.status.startTime);
    this.#status.adopt(pod.status);
    return true;
  }

  /** The Pod's object is gone: what still runs ends within the shortest grace. Resolves when it has. */
  removed(): Promise<void> {
    this.#isGone = true;
    this.#status.close();
    if (this.#termination !== undefined) this.#shortenGrace(0);
    return this.#terminate();
  }

  /** An object that a volume or a variable may come from has changed. */
  sourceChanged(kind: 'configmap' | 'secret', name: string): void {
    if (this.#sourceChanges.isAwaited && ObjectReader.refersTo(this.#pod, kind, name)) this.#sourceChanges.announce();
  }

  /** Ends everything at once, without a word to the API: the node is off, or the cluster stops. */
  async abandon(): Promise<void> {
    this.#isGone = true;
    this.#status.close();
    this.#stopping.abort(new Error('the kubelet has stopped'));
    for (const container of [...this.#main, ...this.#init]) container.kill();
    this.#releaseIp();
    await this.#lives;
  }

  get #facts(): NodeFacts {
    return { podIp: this.#ip, hostIp: this.#deps.node.ip, cpu: NODE_CPU, memory: NODE_MEMORY };
  }

  get #volumeSources(): VolumeSources {
    return {
      configMap: (name) => this.#reader.configMap(name),
      secret: (name) => this.#reader.secret(name),
      token: (projection) => this.#tokens.of(projection),
      node: this.#facts,
      written: (volume) => this.#emptyDirs.of(volume),
    };
  }

  #envSources(): EnvSources {
    const { informers, apiService } = this.#deps;
    return {
      ...this.#volumeSources,
      services: informers.for(services).list(this.#pod.metadata.namespace ?? 'default'),
      apiService,
      node: this.#facts,
    };
  }

  #surroundings(): PodSurroundings {
    return {
      pod: () => this.#pod,
      ip: () => this.#ip!,
      envSources: () => this.#envSources(),
      files: (container) =>
        new ContainerFiles(
          () => this.#pod,
          container,
          this.#volumeSources,
          this.#emptyDirs,
          () => this.#watchLimits(),
        ),
      sourcesChanged: (signal) => this.#sourceChanges.next(signal),
      event: (type, reason, message, fieldPath) => this.#event(type, reason, message, fieldPath),
      changed: () => this.#status.publish(),
      presentImages: this.#presentImages,
      isRestored: this.#isRestored,
    };
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    if (!this.#isGone)
      this.#deps.events.record({ apiVersion: 'v1', kind: 'Pod', metadata: this.#pod.metadata }, type, reason, message, fieldPath);
  }

  async #live(signal: AbortSignal, room: Promise<unknown> | undefined): Promise<void> {
    this.#status.publish();
    await room;
    signal.throwIfAborted();
    await this.#deps.activity.during(`preparation of ${this.#pod.metadata.name}`, () => this.#reader.refresh(this.#pod));
    await this.#mountVolumes(signal);
    signal.throwIfAborted();
    this.#ownsIp = this.#pod.spec.hostNetwork !== true;
    const former = this.#isRestored ? this.#pod.status?.podIP : undefined;
    this.#ip = this.#ownsIp ? this.#deps.network.allocatePodIp(this.#deps.node.name, former) : this.#deps.node.ip;
    this.#status.publish();
    const sidecars: Promise<void>[] = [];
    for (const container of this.#init) {
      if (container.role === 'sidecar') {
        sidecars.push(container.run(signal));
        await untilAborted(container.firstStarted, signal);
        continue;
      }
      await container.run(signal);
      signal.throwIfAborted();
      if (container.exitCode !== 0) return this.#end();
    }
    await Promise.all(this.#main.map((container) => container.run(signal)));
    if (signal.aborted) return;
    // Every container has ended for good, so the sidecars do too.
    await this.#end();
  }

  /** Resolves when the Pod has been active for that long. A restore moves its start ahead. */
  async #deadline(activeMs: number, signal: AbortSignal): Promise<void> {
    const leftMs = (): number => this.#startTimeMs + activeMs - this.#deps.clock.nowMs();
    do await this.#deps.clock.sleep(leftMs(), signal);
    while (leftMs() > 0);
  }

  /** Waits until every volume can be set up. Events and retries follow kubelet/volumemanager; an object that comes is seen at once. */
  async #mountVolumes(signal: AbortSignal): Promise<void> {
    for (let retryMs = FIRST_MOUNT_RETRY_MS; ; retryMs = Math.min(2 * retryMs, LONGEST_MOUNT_RETRY_MS)) {
      signal.throwIfAborted();
      // A token is not signed before somebody reads it.
      const missing = missingVolumes(this.#pod, { ...this.#volumeSources, token: () => this.#tokens.problem() });
      if (missing.length === 0) return;
      for (const { volume, why } of missing)
        this.#event('Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${volume}" : ${why}`);
      await this.#sourceChanges.next(signal, retryMs);
    }
  }

  /** The eviction manager looks at what volumes hold every 10 s (its monitoring interval), and only after something was written. */
  #watchLimits(): void {
    this.#limitCheck ??= this.#deps.clock.after(MONITORING_MS, () => {
      this.#limitCheck = undefined;
      const message = evictionMessage(this.#pod, this.#emptyDirs);
      if (message === undefined || this.#stopping.signal.aborted) return;
      this.#event('Warning', 'Evicted', message);
      void this.#end({ reason: 'Evicted', message }, 1000).catch((error: unknown) =>
        this.#deps.log.error(`pod ${this.#pod.metadata.name}: ${messageOf(error)}`),
      );
    });
  }

  /** Ends a Pod that will not be deleted: it completed, failed for good, or ran past its deadline. */
  async #end(
    failure?: { reason: string; message: string },
    graceMs = (this.#pod.spec.terminationGracePeriodSeconds ?? 30) * 1000,
  ): Promise<void> {
    if (this.#termination !== undefined || this.#final !== undefined) return;
    this.#failure = failure;
    this.#stopping.abort(new Error('the Pod has ended'));
    await this.#stopContainers(graceMs);
    this.#final = failure === undefined && this.#allSucceeded() ? 'Succeeded' : 'Failed';
    this.#releaseIp();
    this.#status.publish();
  }

  #allSucceeded(): boolean {
    return (
      this.#main.every(({ exitCode }) => exitCode === 0) && this.#init.every(({ role, exitCode }) => role === 'sidecar' || exitCode === 0)
    );
  }

  #terminate(): Promise<void> {
    this.#termination ??= this.#terminateOnce().catch((error: unknown) => {
      this.#deps.log.error(`pod ${this.#pod.metadata.name}: ${error instanceof Error ? (error.stack ?? '') : messageOf(error)}`);
    });
    return this.#termination;
  }

  async #terminateOnce(): Promise<void> {
    this.#stopping.abort(new Error('the Pod is being deleted'));
    const { metadata, spec } = this.#pod;
    const graceMs = (this.#graceMs = this.#isGone
      ? 0
      : (metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30) * 1000);
    try {
      const hasHostPort =
        spec.hostNetwork === true || spec.containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort !== undefined));
      if (this.#main.some(({ isRunning }) => isRunning))
        await endpointsWithdrawn(this.uid, hasHostPort, this.#deps.informers.for(endpointSlices), this.#deps);
      await this.#stopContainers(graceMs);
      await this.#lives;
      if (this.#isGone) return;
      this.#final ??= this.#allSucceeded() ? 'Succeeded' : 'Failed';
      this.#status.publish();
      await this.#status.flushed();
      await this.#deleteObject();
    } finally {
      this.#releaseIp();
    }
  }

  /** A further DELETE with less grace takes effect at once; the shortest grace is left in any case. */
  #shortenGrace(graceMs: number): void {
    if (graceMs >= this.#graceMs) return;
    this.#graceMs = graceMs;
    const timer = this.#deps.clock.after(Math.max(graceMs, SHORTEST_GRACE_MS), () => {
      for (const container of [...this.#main, ...this.#init]) container.kill();
    });
    void this.#termination?.finally(() => timer.cancel());
  }

  /** Main containers first and together, then the sidecars from the last to the first. */
  async #stopContainers(graceMs: number): Promise<void> {
    const deadlineMs = this.#deps.clock.nowMs() + graceMs;
    const regular = [...this.#main, ...this.#init.filter(({ role }) => role === 'init')];
    await Promise.all(regular.map((container) => container.stop(graceMs, `Stopping container ${container.spec.name}`)));
    for (const sidecar of this.#init.filter(({ role }) => role === 'sidecar').reverse()) {
      await sidecar.stop(Math.max(0, deadlineMs - this.#deps.clock.nowMs()), `Stopping container ${sidecar.spec.name}`);
    }
  }

  async #deleteObject(): Promise<void> {
    const { activity, api, clock, log } = this.#deps;
    for (let attempt = 0; attempt < 10 && !this.#isGone; attempt++) {
      try {
        await activity.during('deletion of a Pod', () =>
          api.delete(pods, keyOf(this.#pod), { gracePeriodSeconds: 0, preconditions: { uid: this.uid } }),
        );
        return;
      } catch (error) {
        if (isStatus(error, 'NotFound', 'Conflict')) return;
        log.warn(`cannot delete pod ${this.#pod.metadata.name}: ${messageOf(error)}`);
        await clock.sleep(1000);
      }
    }
  }

  #releaseIp(): void {
    if (this.#ip !== undefined && this.#ownsIp) this.#deps.network.releasePodIp(this.#ip);
    this.#ownsIp = false;
  }

  #snapshot(): PodSnapshot {
    return {
      init: this.#init.map(({ snapshot }) => snapshot),
      main: this.#main.map(({ snapshot }) => snapshot),
      podIp: this.#ip,
      hostIp: this.#deps.node.ip,
      startTimeMs: this.#startTimeMs,
      failure: this.#failure,
    };
  }
}
