import type { Clock } from '../../base/clock.ts';
import type { Pod } from '../../kube/generated/types.ts';
import { statusError } from '../../kube/status-error.ts';
import type { ExecStreams, LogOptions, NodeAgent, PodUsage } from '../apiserver/node-agent.ts';
import type { ContainerLog } from './container-log.ts';
import type { PodWorker } from './pod-worker.ts';

/** Logs, exec and usage of the Pods on this node, with the kubelet's texts where there is nothing to give. */
export function createNodeAgent(workerOf: (pod: Pod) => PodWorker | undefined, clock: Clock): NodeAgent {
  const logOf = (pod: Pod, name: string, { previous }: LogOptions): ContainerLog => {
    const container = workerOf(pod)?.container(name);
    const podName = pod.metadata.name;
    if (container === undefined) throw statusError('BadRequest', `container "${name}" in pod "${podName}" is not available`);
    const { state } = container.snapshot;
    if (previous) {
      const log = container.isRunning || state.waiting === undefined ? container.previousLog : container.log;
      if (log === undefined) throw statusError('BadRequest', `previous terminated container "${name}" in pod "${podName}" not found`);
      return log;
    }
    if (container.log !== undefined) return container.log;
    const reason = state.waiting?.reason ?? 'ContainerCreating';
    const isPulling = reason === 'ErrImagePull' || reason === 'ImagePullBackOff';
    throw statusError(
      'BadRequest',
      `container "${name}" in pod "${podName}" is waiting to start: ${isPulling ? 'trying and failing to pull image' : reason}`,
    );
  };
  return {
    logs: (pod, container, options, signal) => logOf(pod, container, options).read({ ...options, nowMs: clock.nowMs() }, signal),
    async exec(pod, name, argv, streams: ExecStreams) {
      const running = workerOf(pod)?.container(name)?.running;
      if (running === undefined) throw statusError('BadRequest', `container not found ("${name}")`);
      const [program] = argv;
      if (program === undefined) throw statusError('BadRequest', 'you must specify at least one command for the container');
      return running.exec(argv, streams);
    },
    usage: (pod) => usageOf(workerOf(pod)),
  };
}

/** A Pod counts once all its containers that run have been measured, as in metrics-server. */
function usageOf(worker: PodWorker | undefined): PodUsage | undefined {
  const containers: PodUsage['containers'] = [];
  let window: { atMs: number; windowMs: number } | undefined;
  for (const { name, sample } of worker?.usage() ?? []) {
    if (sample === undefined) return undefined;
    const { cpuMillicores, memoryBytes, ...when } = sample;
    containers.push({ name, cpuMillicores, memoryBytes });
    window = when;
  }
  return window === undefined ? undefined : { ...window, containers };
}
