import { findCondition, isConditionTrue } from '../../../../kube/conditions.ts';
import type { Container, ContainerStatus, Pod } from '../../../../kube/generated/types.ts';
import { age } from './column.ts';

interface PodCells {
  ready: string;
  status: string;
  restarts: string;
}

const isSidecar = (container: Container | undefined): boolean => container?.restartPolicy === 'Always';

function latest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}

function endedText(status: ContainerStatus): string | undefined {
  const { terminated } = status.state ?? {};
  if (terminated === undefined) return undefined;
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

/** READY, STATUS and RESTARTS of a Pod: k8s.io/kubernetes/pkg/printers/internalversion printPod. */
export function podCells(pod: Pod, nowMs: number): PodCells {
  const { spec, status = {} } = pod;
  const initContainers = spec?.initContainers ?? [];
  const sidecars = new Map(initContainers.filter(isSidecar).map((container) => [container.name, container]));
  let total = (spec?.containers ?? []).length + sidecars.size;
  let ready = 0;
  let restarts = 0;
  let sidecarRestarts = 0;
  let lastRestart: string | undefined;
  let lastSidecarRestart: string | undefined;
  let reason = status.reason || status.phase || '';
  if (findCondition(status.conditions, 'PodScheduled')?.reason === 'SchedulingGated') reason = 'SchedulingGated';

  let initializing = false;
  for (const [i, container] of (status.initContainerStatuses ?? []).entries()) {
    restarts += container.restartCount;
    lastRestart = latest(lastRestart, container.lastState?.terminated?.finishedAt);
    const restartable = sidecars.has(container.name);
    if (restartable) {
      sidecarRestarts += container.restartCount;
      lastSidecarRestart = latest(lastSidecarRestart, container.lastState?.terminated?.finishedAt);
    }
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (restartable && container.started === true) {
      if (container.ready) ready += 1;
      continue;
    }
    if (terminated !== undefined) reason = `Init:${endedText(container)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') reason = `Init:${waiting.reason}`;
    else reason = `Init:${i}/${initContainers.length}`;
    initializing = true;
    break;
  }

  if (!initializing || isConditionTrue(status.conditions, 'Initialized')) {
    restarts = sidecarRestarts;
    lastRestart = lastSidecarRestart;
    let hasRunning = false;
    for (const container of [...(status.containerStatuses ?? [])].reverse()) {
      restarts += container.restartCount;
      lastRestart = latest(lastRestart, container.lastState?.terminated?.finishedAt);
      const ended = endedText(container);
      if (container.state?.waiting?.reason) reason = container.state.waiting.reason;
      else if (ended !== undefined) reason = ended;
      else if (container.ready && container.state?.running !== undefined) {
        hasRunning = true;
        ready += 1;
      }
    }
    if (reason === 'Completed' && hasRunning) reason = isConditionTrue(status.conditions, 'Ready') ? 'Running' : 'NotReady';
  }

  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') reason = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') reason = 'Terminating';
  }
  total = Math.max(total, 0);
  const since = restarts > 0 && lastRestart !== undefined ? ` (${age(lastRestart, nowMs)} ago)` : '';
  return { ready: `${ready}/${total}`, status: reason, restarts: `${restarts}${since}` };
}

export function podIpCell(pod: Pod): string {
  return pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>';
}

/** Readiness gates that hold, of all: `1/2`. */
export function readinessGatesCell(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  return `${gates.filter((gate) => isConditionTrue(pod.status?.conditions, gate.conditionType)).length}/${gates.length}`;
}
