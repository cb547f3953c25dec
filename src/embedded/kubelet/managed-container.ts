import { rfc3339 } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Container, ContainerState, ContainerStatus, LifecycleHandler, Pod } from '../../kube/generated/types.ts';
import type { ContainerFiles } from './container-files.ts';
import { ContainerLog } from './container-log.ts';
import { runProbes } from './container-probes.ts';
import { type RunningContainer, startContainer } from './container-runtime.ts';
import { containerEnv, EnvError, type EnvSources } from './env.ts';
import { imageId, normalizedImage } from './image-pull.ts';
import { pullImage } from './image-puller.ts';
import type { KubeletDeps } from './kubelet-deps.ts';
import { runHook } from './lifecycle-hook.ts';
import type { ContainerSnapshot } from './pod-status.ts';
import { afterRestart, type RestartBackoff, restartDelayMs } from './restart-backoff.ts';
import { stopContainer } from './termination.ts';
import { expandVariables } from './variable-expansion.ts';

/** The Pod as its containers see it. */
export interface PodSurroundings {
  pod(): Pod;
  ip(): string;
  envSources(): EnvSources;
  /** The files of a new run of the container. */
  files(container: Container): ContainerFiles;
  /** Resolves when an object that the Pod refers to may have changed, or rejects with the signal's reason. */
  sourcesChanged(signal: AbortSignal): Promise<void>;
  event(type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void;
  /** Something that the Pod's status shows has changed. */
  changed(): void;
  /** Images that were pulled before. */
  presentImages: Set<string>;
  /** What the Pod's status tells of came back as it was, its containers must be started again: nothing has crashed. */
  isRestored: boolean;
}

export type ContainerRole = 'init' | 'sidecar' | 'main';
interface Run {
  container: RunningContainer;
  log: ContainerLog;
  probes: AbortController;
  startedAtMs: number;
  id: string;
  standIn: boolean;
  neverReady: boolean;
  stopping?: Promise<void>;
}

/** What kubelet's relisting of containers takes before it acts on an exit. */
const RELIST_MS = 1000;
/** A reason without a stack trace: there is one for every container that ends. */
const RUN_ENDS = 'the run ends';

/** One container of a Pod over all its runs: pull, start, probes, restart with back-off. */
export class ManagedContainer {
  readonly spec: Container;
  readonly role: ContainerRole;
  readonly #around: PodSurroundings;
  readonly #deps: KubeletDeps;
  #state: ContainerState;
  #lastState: ContainerState | undefined;
  #restartCount: number;
  #isReady = false;
  #isStarted = false;
  #id: string | undefined;
  #run: Run | undefined;
  #log: ContainerLog | undefined;
  #previousLog: ContainerLog | undefined;
  #backoff: RestartBackoff | undefined;
  #onStarted: () => void = () => {};
  /** Resolves when the container runs and has passed its startup probe for the first time. */
  readonly firstStarted: Promise<void> = new Promise((resolve) => {
    this.#onStarted = resolve;
  });

  constructor(spec: Container, role: ContainerRole, around: PodSurroundings, deps: KubeletDeps) {
    this.spec = spec;
    this.role = role;
    this.#around = around;
    this.#deps = deps;
    const pod = around.pod();
    this.#state = { waiting: { reason: (pod.spec.initContainers?.length ?? 0) > 0 ? 'PodInitializing' : 'ContainerCreating' } };
    // After the cluster's process was started again, the runs of before are gone without a trace of how they ended.
    const before = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
      ({ name }) => name === spec.name,
    );
    const wasRunning = around.isRestored ? undefined : before?.state?.running;
    if (around.isRestored && before?.lastState?.terminated !== undefined) this.#lastState = before.lastState;
    this.#restartCount = (before?.restartCount ?? 0) + (wasRunning !== undefined ? 1 : 0);
    if (wasRunning !== undefined) {
      this.#lastState = {
        terminated: {
          exitCode: 255,
          reason: 'Unknown',
          ...(wasRunning.startedAt ? { startedAt: wasRunning.startedAt } : {}),
          finishedAt: rfc3339(deps.clock.nowMs()),
          ...(before?.containerID ? { containerID: before.containerID } : {}),
        },
      };
    }
  }

  get snapshot(): ContainerSnapshot {
    const reference = this.spec.image ?? '';
    const isPresent = this.#id !== undefined;
    return {
      spec: this.spec,
      state: this.#state,
      lastState: this.#lastState,
      restartCount: this.#restartCount,
      ready: this.#isReady,
      started: this.#isStarted,
      containerId: this.#id,
      image: isPresent ? normalizedImage(reference) : reference,
      imageId: isPresent ? imageId(reference) : '',
    };
  }

  /** Whether a status tells of the very run that the container is in, or has ended with. */
  isAsIn(status: ContainerStatus | undefined): boolean {
    const kindOf = (state: ContainerState | undefined): string | undefined => Object.keys(state ?? { waiting: {} })[0];
    return status?.containerID === this.#id && kindOf(status?.state) === kindOf(this.#state);
  }

  /** Takes over what a restored status says of its run, whose times have been moved. */
  adopt(status: ContainerStatus | undefined): void {
    if (status === undefined) return;
    if (status.state !== undefined) this.#state = status.state;
    this.#lastState = status.lastState?.terminated === undefined ? undefined : status.lastState;
    this.#restartCount = status.restartCount;
    const startedAt = status.state?.running?.startedAt;
    if (this.#run !== undefined && startedAt) this.#run.startedAtMs = Date.parse(startedAt);
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }
  get exitCode(): number | undefined {
    return this.#state.terminated?.exitCode;
  }
  /** The log of the current or last run. */
  get log(): ContainerLog | undefined {
    return this.#log;
  }
  get previousLog(): ContainerLog | undefined {
    return this.#previousLog;
  }
  /** The run that exec reaches. */
  get running(): RunningContainer | undefined {
    return this.#run?.container;
  }

  /** Runs the container, again and again as its restart policy wants, until it ends for good or the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#pull(signal);
        const exitCode = await this.#runOnce(signal);
        if (signal.aborted || !this.#wantsRestart(exitCode)) return;
        await this.#waitBeforeRestart(signal);
      }
    } catch (error) {
      if (!signal.aborted)
        this.#deps.log.error(
          `container ${this.spec.name} of ${this.#around.pod().metadata.name}: ${error instanceof Error ? (error.stack ?? '') : messageOf(error)}`,
        );
    }
  }

  /** Ends the current run: preStop, SIGTERM, grace, SIGKILL. Resolves when it has ended, at once when nothing runs. */
  async stop(graceMs: number, reason: string): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    run.stopping ??= (async () => {
      this.#around.event('Normal', 'Killing', reason, this.#fieldPath);
      run.probes.abort(RUN_ENDS);
      const hook = this.spec.lifecycle?.preStop;
      await stopContainer(run.container, graceMs, hook && ((signal) => this.#preStop(hook, run, signal)), this.#deps);
    })();
    await run.stopping;
    await nextState(() => this.#run !== run);
  }

  /** Ends the current run at once. */
  kill(): void {
    this.#run?.container.kill();
  }

  get #fieldPath(): string {
    return `spec.${this.role === 'main' ? 'containers' : 'initContainers'}{${this.spec.name}}`;
  }

  #wantsRestart(exitCode: number): boolean {
    if (this.role === 'sidecar') return true;
    const policy = this.#around.pod().spec.restartPolicy ?? 'Always';
    if (this.role === 'init') return exitCode !== 0 && policy !== 'Never';
    return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
  }

  #setWaiting(reason: string, message?: string): void {
    if (this.#state.terminated !== undefined) this.#lastState = this.#state;
    this.#state = { waiting: { reason, ...(message === undefined ? {} : { message }) } };
    this.#around.changed();
  }

  #pull(signal: AbortSignal): Promise<void> {
    const report = {
      event: (type: 'Normal' | 'Warning', reason: string, message: string): void =>
        this.#around.event(type, reason, message, this.#fieldPath),
      waiting: (reason: string, message: string): void => this.#setWaiting(reason, message),
    };
    return pullImage(this.spec, this.#around.presentImages, report, this.#deps.clock, signal);
  }

  async #environment(signal: AbortSignal): Promise<Record<string, string>> {
    for (;;) {
      try {
        return containerEnv(this.#around.pod(), this.spec, this.#around.envSources());
      } catch (error) {
        if (!(error instanceof EnvError)) throw error;
        this.#setWaiting('CreateContainerConfigError', error.message);
        this.#around.event('Warning', 'Failed', `Error: ${error.message}`, this.#fieldPath);
        await this.#around.sourcesChanged(signal);
      }
    }
  }

  async #runOnce(signal: AbortSignal): Promise<number> {
    const env = await this.#environment(signal);
    signal.throwIfAborted();
    const pod = this.#around.pod();
    const { clock, images } = this.#deps;
    const { program, standIn, neverReady = false } = images.find(this.spec.image ?? '');
    const expand = (texts: readonly string[] | undefined): string[] => (texts ?? []).map((text) => expandVariables(text, env));
    if (standIn) {
      this.#around.event(
        'Normal',
        'StandIn',
        `Image "${this.spec.image ?? ''}" has no program in this cluster: a stand-in that becomes ready and answers HTTP runs in its place`,
        this.#fieldPath,
      );
    }
    this.#around.event('Normal', 'Created', `Created container: ${this.spec.name}`, this.#fieldPath);
    const log = new ContainerLog();
    const files = this.#around.files(this.spec);
    this.#previousLog = this.#log;
    this.#log = log;
    const id = `canary-lab://${this.#deps.random.uuid().replaceAll('-', '')}${this.#deps.random.uuid().replaceAll('-', '')}`;
    const container = startContainer(
      {
        pod: () => this.#around.pod(),
        spec: this.spec,
        ip: this.#around.ip(),
        nodeIp: this.#deps.node.ip,
        program,
        env,
        command: expand(this.spec.command),
        args: expand(this.spec.args),
        log,
        files,
        runsToCompletion: this.role === 'init' || (this.role === 'main' && (pod.spec.restartPolicy ?? 'Always') !== 'Always'),
        api: this.#deps.apiFor({ namespace: pod.metadata.namespace ?? 'default', name: pod.spec.serviceAccountName ?? 'default' }),
      },
      this.#deps,
    );
    const run: Run = { container, log, probes: new AbortController(), startedAtMs: clock.nowMs(), id, standIn, neverReady };
    this.#run = run;
    this.#id = id;
    if (this.#state.terminated !== undefined) this.#lastState = this.#state;
    this.#state = { running: { startedAt: rfc3339(run.startedAtMs) } };
    this.#isStarted = this.spec.startupProbe === undefined;
    this.#isReady = this.#isStarted && this.spec.readinessProbe === undefined && !neverReady;
    this.#around.event('Normal', 'Started', `Started container ${this.spec.name}`, this.#fieldPath);
    if (this.#isStarted) this.#onStarted();
    this.#around.changed();
    void this.#postStart(run);
    void this.#probe(run);

    const exitCode = await container.exited;
    run.probes.abort(RUN_ENDS);
    this.#run = undefined;
    this.#isReady = false;
    this.#isStarted = false;
    const message = terminationMessage(this.spec, exitCode, log, files.read(files.terminationMessagePath));
    this.#state = {
      terminated: {
        exitCode,
        reason: container.isOutOfMemory() ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error',
        startedAt: rfc3339(run.startedAtMs),
        finishedAt: rfc3339(clock.nowMs()),
        containerID: id,
        ...(message === undefined ? {} : { message: await message }),
      },
    };
    this.#around.changed();
    return exitCode;
  }

  async #waitBeforeRestart(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const finishedAtMs = clock.nowMs();
    await clock.sleep(RELIST_MS, signal);
    const waitMs = restartDelayMs(this.#backoff, finishedAtMs, clock.nowMs());
    if (waitMs > 0) {
      const { metadata } = this.#around.pod();
      const of = `${this.spec.name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`;
      this.#setWaiting('CrashLoopBackOff', `back-off ${goDuration(this.#backoff!.delayMs)} restarting failed container=${of}`);
      this.#around.event(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${this.spec.name} in pod ${metadata.name}_${metadata.namespace}(${metadata.uid})`,
        this.#fieldPath,
      );
      await clock.sleep(waitMs, signal);
    }
    this.#backoff = afterRestart(this.#backoff, finishedAtMs, clock.nowMs());
    this.#restartCount += 1;
  }

  #probe(run: Run): Promise<void> {
    return runProbes(
      this.spec,
      run.container,
      this.#around.ip(),
      run.standIn,
      {
        unhealthy: (kind, output) => this.#around.event('Warning', 'Unhealthy', `${kind} probe failed: ${output}`, this.#fieldPath),
        started: () => {
          this.#isStarted = true;
          if (this.spec.readinessProbe === undefined) this.#isReady = !run.neverReady;
          this.#onStarted();
          this.#around.changed();
        },
        ready: (isReady) => {
          this.#isReady = isReady && !run.neverReady;
          this.#around.changed();
        },
        restart: (kind, probe) => {
          const seconds = probe.terminationGracePeriodSeconds ?? this.#around.pod().spec.terminationGracePeriodSeconds ?? 30;
          void this.stop(seconds * 1000, `Container ${this.spec.name} failed ${kind} probe, will be restarted`);
        },
      },
      this.#deps,
      run.probes.signal,
    );
  }

  async #postStart(run: Run): Promise<void> {
    const hook = this.spec.lifecycle?.postStart;
    if (hook === undefined) return;
    try {
      await runHook(hook, run.container, this.spec, this.#around.ip(), this.#deps, run.probes.signal);
    } catch (error) {
      if (run.probes.signal.aborted) return;
      this.#around.event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${messageOf(error)}`, this.#fieldPath);
      await this.stop(0, `FailedPostStartHook`);
    }
  }

  async #preStop(hook: LifecycleHandler, run: Run, signal: AbortSignal): Promise<void> {
    try {
      await runHook(hook, run.container, this.spec, this.#around.ip(), this.#deps, signal);
    } catch (error) {
      if (!signal.aborted) this.#around.event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${messageOf(error)}`, this.#fieldPath);
    }
  }
}

/** A Go duration as Go prints it below an hour: `10s`, `2m40s`. */
function goDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** What the container left in its termination message file (4096 bytes at most), or the tail of the log of a failed one whose policy asks for it. */
function terminationMessage(
  spec: Container,
  exitCode: number,
  log: ContainerLog,
  written: string | undefined,
): Promise<string> | string | undefined {
  if (written !== undefined && written !== '') return Buffer.from(written).subarray(0, 4096).toString('utf8');
  if (exitCode === 0 || spec.terminationMessagePolicy !== 'FallbackToLogsOnError') return undefined;
  return (async () => {
    let text = '';
    for await (const chunk of log.read({ tailLines: 80, nowMs: 0 }, AbortSignal.abort())) text += chunk;
    return text.slice(-2048);
  })();
}

/** Lets the continuations of a settled promise run until `holds`; they are all microtasks, so a few rounds do. */
async function nextState(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 20 && !holds(); round++) await Promise.resolve();
}
