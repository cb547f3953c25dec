import { rfc3339 } from '../../base/clock.ts';
import { findCondition } from '../../kube/conditions.ts';
import type { Container, ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from '../../kube/generated/types.ts';

/** What the kubelet knows of one container now. */
export interface ContainerSnapshot {
  spec: Container;
  state: ContainerState;
  lastState: ContainerState | undefined;
  restartCount: number;
  /** Running, past its startup probe, and its last readiness verdict is good. */
  ready: boolean;
  /** Running and past its startup probe. */
  started: boolean;
  containerId: string | undefined;
  image: string;
  imageId: string;
}

/** What the kubelet knows of a Pod now. */
export interface PodSnapshot {
  init: readonly ContainerSnapshot[];
  main: readonly ContainerSnapshot[];
  podIp: string | undefined;
  hostIp: string;
  startTimeMs: number;
  /** Set when the Pod was ended by the kubelet: `Failed` with this reason, such as DeadlineExceeded. */
  failure?: { reason: string; message: string } | undefined;
}

export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** kubelet getPhase: what the containers' states add up to under the restart policy. */
export function podPhase(pod: Pod, snapshot: PodSnapshot): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  if (snapshot.failure !== undefined) return 'Failed';
  const policy = pod.spec.restartPolicy ?? 'Always';
  const initPending = snapshot.init.some((container) =>
    isSidecar(container.spec)
      ? !container.started && container.state.terminated === undefined
      : container.state.terminated?.exitCode !== 0 && !(container.state.terminated !== undefined && policy === 'Never'),
  );
  const initFailed =
    policy === 'Never' &&
    snapshot.init.some((container) => !isSidecar(container.spec) && (container.state.terminated?.exitCode ?? 0) !== 0);
  if (initFailed) return 'Failed';
  const hasRun = snapshot.main.some(({ state }) => state.running !== undefined || state.terminated !== undefined);
  if (initPending && !hasRun) return 'Pending';
  const waiting = snapshot.main.some(({ state, lastState }) => state.waiting !== undefined && lastState?.terminated === undefined);
  if (waiting) return 'Pending';
  const running = snapshot.main.some(({ state }) => state.running !== undefined);
  const restarting = snapshot.main.some(({ state, lastState }) => state.waiting !== undefined && lastState?.terminated !== undefined);
  if (running || restarting) return 'Running';
  if (policy === 'Always') return 'Running';
  const failed = snapshot.main.some(({ state }) => (state.terminated?.exitCode ?? 0) !== 0);
  if (!failed) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

/** The whole status of a Pod. Conditions of others (PodScheduled, readiness gates) are kept as they are. */
export function podStatus(pod: Pod, snapshot: PodSnapshot, nowMs: number, phaseOverride?: 'Succeeded' | 'Failed'): PodStatus {
  const phase = phaseOverride ?? podPhase(pod, snapshot);
  const generation = pod.metadata.generation;
  const now = rfc3339(nowMs);
  const isTerminal = phase === 'Succeeded' || phase === 'Failed';
  const names = (containers: readonly ContainerSnapshot[]): string => `[${containers.map(({ spec }) => spec.name).join(' ')}]`;
  const notReady = [...snapshot.init.filter(({ spec }) => isSidecar(spec)), ...snapshot.main].filter(({ ready }) => !ready);
  const notInitialized = snapshot.init.filter(({ spec, state, started }) =>
    isSidecar(spec) ? !started && state.terminated === undefined : state.terminated?.exitCode !== 0,
  );
  const gatesOpen = (pod.spec.readinessGates ?? []).filter(
    ({ conditionType }) => findCondition(pod.status?.conditions, conditionType)?.status !== 'True',
  );

  const conditions: PodCondition[] = [];
  const set = (type: string, isTrue: boolean, reason?: string, message?: string): void => {
    const before = findCondition(pod.status?.conditions, type);
    const status = isTrue ? 'True' : 'False';
    conditions.push({
      type,
      status,
      lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now,
      ...(reason === undefined || (isTrue && phase !== 'Succeeded') ? {} : { reason }),
      ...(message === undefined || isTrue ? {} : { message }),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    });
  };
  const unready = (): [string, string] | [string] => {
    if (phase === 'Succeeded') return ['PodCompleted'];
    if (phase === 'Failed') return ['PodFailed'];
    return ['ContainersNotReady', `containers with unready status: ${names(notReady)}`];
  };
  set('PodReadyToStartContainers', snapshot.podIp !== undefined && !isTerminal);
  if (phase === 'Succeeded') set('Initialized', true, 'PodCompleted');
  else
    set(
      'Initialized',
      notInitialized.length === 0,
      'ContainersNotInitialized',
      `containers with incomplete status: ${names(notInitialized)}`,
    );
  const containersReady = !isTerminal && notReady.length === 0 && notInitialized.length === 0;
  if (containersReady && gatesOpen.length > 0) {
    const text = gatesOpen
      .map(({ conditionType }) =>
        findCondition(pod.status?.conditions, conditionType) === undefined
          ? `corresponding condition of pod readiness gate "${conditionType}" does not exist.`
          : `the status of pod readiness gate "${conditionType}" is not "True", but ${findCondition(pod.status?.conditions, conditionType)!.status}`,
      )
      .join(', ');
    set('Ready', false, 'ReadinessGatesNotReady', text);
  } else set('Ready', containersReady, ...unready());
  set('ContainersReady', containersReady, ...unready());
  const scheduled = findCondition(pod.status?.conditions, 'PodScheduled');
  conditions.push(scheduled ?? { type: 'PodScheduled', status: 'True', lastTransitionTime: rfc3339(snapshot.startTimeMs) });

  if (snapshot.failure?.reason === 'Evicted') {
    const since = findCondition(pod.status?.conditions, 'DisruptionTarget')?.lastTransitionTime ?? now;
    conditions.push({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'TerminationByKubelet',
      message: snapshot.failure.message,
      lastTransitionTime: since,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    });
  }

  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions,
    hostIP: snapshot.hostIp,
    hostIPs: [{ ip: snapshot.hostIp }],
    ...(snapshot.podIp === undefined ? {} : { podIP: snapshot.podIp, podIPs: [{ ip: snapshot.podIp }] }),
    startTime: rfc3339(snapshot.startTimeMs),
    ...(snapshot.init.length > 0 ? { initContainerStatuses: snapshot.init.map(containerStatus) } : {}),
    containerStatuses: snapshot.main.map(containerStatus),
    ...(snapshot.failure ?? {}),
  };
}

function containerStatus(container: ContainerSnapshot): ContainerStatus {
  return {
    name: container.spec.name,
    state: container.state,
    lastState: container.lastState ?? {},
    ready: container.ready,
    restartCount: container.restartCount,
    image: container.image,
    imageID: container.imageId,
    ...(container.containerId === undefined ? {} : { containerID: container.containerId }),
    started: container.started,
  };
}
