import { isConditionTrue } from '../../kube/conditions.ts';
import type { Container, ContainerStatus, Pod } from '../../kube/generated/types.ts';

/** What `kubectl get pods` prints: the STATUS column and the parts of READY and RESTARTS. */
export interface PodSummary {
  status: string;
  ready: number;
  total: number;
  restarts: number;
}

const endedBy = ({ reason, signal, exitCode }: { reason?: string | undefined; signal?: number | undefined; exitCode: number }): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

const isSidecar = (container: Container | undefined): boolean => container?.restartPolicy === 'Always';

/** Models kubernetes/pkg/printers/internalversion printPod. */
export function summarizePod(pod: Pod): PodSummary {
  const spec = pod.spec;
  const status = pod.status ?? {};
  const sidecars = (spec?.initContainers ?? []).filter(isSidecar);
  const total = (spec?.containers ?? []).length + sidecars.length;
  let text = status.reason || status.phase || 'Unknown';
  let restarts = 0;
  let ready = 0;

  const initStatuses = status.initContainerStatuses ?? [];
  const initText = initializing(pod, initStatuses);
  if (initText !== undefined) text = initText;
  for (const one of initStatuses) {
    if (!isSidecar(spec?.initContainers?.find(({ name }) => name === one.name))) continue;
    restarts += one.restartCount;
    if (one.ready) ready += 1;
  }

  let hasRunning = false;
  if (initText === undefined || isConditionTrue(status.conditions, 'Initialized')) {
    if (initText === undefined)
      restarts += initStatuses
        .filter((one) => !isSidecar(spec?.initContainers?.find(({ name }) => name === one.name)))
        .reduce((sum, one) => sum + one.restartCount, 0);
    for (const one of [...(status.containerStatuses ?? [])].reverse()) {
      restarts += one.restartCount;
      const { waiting, terminated, running } = one.state ?? {};
      if (waiting?.reason) text = waiting.reason;
      else if (terminated !== undefined) text = endedBy(terminated);
      else if (one.ready && running !== undefined) {
        hasRunning = true;
        ready += 1;
      }
    }
    if (text === 'Completed' && hasRunning) text = isConditionTrue(status.conditions, 'Ready') ? 'Running' : 'NotReady';
  }
  if (pod.metadata.deletionTimestamp !== undefined) text = status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  return { status: text, ready, total, restarts };
}

/** `Init:…` while an init container has not done its part, else `undefined`. */
function initializing(pod: Pod, statuses: readonly ContainerStatus[]): string | undefined {
  const containers = pod.spec?.initContainers ?? [];
  for (const [index, one] of statuses.entries()) {
    const { terminated, waiting } = one.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar(containers.find(({ name }) => name === one.name)) && one.started === true) continue;
    if (terminated !== undefined) return `Init:${endedBy(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${index}/${containers.length}`;
  }
  return undefined;
}
