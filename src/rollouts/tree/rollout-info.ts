import { humanDuration } from '../../base/duration.ts';
import { isConditionTrue } from '../../kube/conditions.ts';
import type { Pod, PodSpec, ReplicaSet } from '../../kube/generated/types.ts';
import { controllerOf, type KubeObject, type ObjectMeta } from '../../kube/object.ts';
import type { AnalysisRun } from '../analysis/analysis-run.ts';
import { plannedWeight } from '../planned-scale.ts';
import { revisionOf } from '../revision.ts';
import { POD_TEMPLATE_HASH, type Rollout, SCALE_DOWN_DEADLINE } from '../rollout.ts';
import { maxWeightOf } from '../strategy-defaults.ts';
import { type AnalysisRunInfo, analysisRunInfo } from './analysis-run-info.ts';
import { hasCurrentStep, stepPosition } from './current-step.ts';
import type { Experiment } from './experiment.ts';
import { podIcon, statusIcon } from './icons.ts';
import { observedPhase } from './observed-phase.ts';
import { summarizePod } from './pod-status.ts';

export interface PodInfo {
  objectMeta: ObjectMeta;
  status: string;
  icon: string /** `1/1` */;
  ready: string;
  restarts: number;
}

export interface ReplicaSetInfo {
  objectMeta: ObjectMeta;
  status: string;
  icon: string;
  revision: number;
  stable: boolean;
  canary: boolean;
  active: boolean;
  preview: boolean;
  replicas: number;
  available: number;
  /** Name of the Experiment's template that the set belongs to, else empty. */
  template: string;
  images: string[];
  initContainerImages: string[];
  /** RFC 3339, empty when none is set. */
  scaleDownDeadline: string;
  pods: PodInfo[];
}

export interface ExperimentInfo {
  objectMeta: ObjectMeta;
  icon: string;
  revision: number;
  status: string;
  message: string;
  replicaSets: ReplicaSetInfo[];
  analysisRuns: AnalysisRunInfo[];
}
export interface ContainerInfo {
  name: string;
  image: string;
}

/** Everything that `get rollout` and the dashboard show of one Rollout. Weights are strings, as in the dashboard's JSON. */
export interface RolloutInfo {
  objectMeta: ObjectMeta;
  status: string;
  message: string;
  icon: string;
  strategy: 'Canary' | 'BlueGreen' | '';
  /** `1/8`, empty without steps. */
  step: string;
  setWeight: string;
  actualWeight: string;
  ready: number;
  current: number;
  desired: number;
  updated: number;
  available: number;
  /** RFC 3339, or `Never`. */
  restartedAt: string;
  generation: string;
  replicaSets: ReplicaSetInfo[];
  experiments: ExperimentInfo[];
  analysisRuns: AnalysisRunInfo[];
  containers: ContainerInfo[];
  initContainers: ContainerInfo[];
  steps: unknown[];
}

/** The objects around one Rollout; those of other owners are left out by `rolloutInfo`. */
export interface RolloutSurroundings {
  replicaSets?: readonly ReplicaSet[] | undefined;
  pods?: readonly Pod[] | undefined;
  experiments?: readonly Experiment[] | undefined;
  analysisRuns?: readonly AnalysisRun[] | undefined;
  /** With a workloadRef, the template is that of the referenced object. */
  workloadTemplate?: { spec?: PodSpec | undefined } | undefined;
}

const byAge = (a: KubeObject, b: KubeObject): number =>
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') || a.metadata.name.localeCompare(b.metadata.name);

const ownedBy = <T extends KubeObject>(owner: KubeObject, objects: readonly T[] | undefined): T[] =>
  (objects ?? []).filter((object) => controllerOf(object)?.uid === owner.metadata.uid).sort(byAge);

/** Models argo-rollouts/pkg/kubectl-argo-rollouts/info NewRolloutInfo. */
export function rolloutInfo(rollout: Rollout, around: RolloutSurroundings = {}): RolloutInfo {
  const { metadata, spec, status = {} } = rollout;
  const { phase, message } = observedPhase(rollout);
  const replicaSets = newestRevisionFirst(ownedBy(rollout, around.replicaSets).map((set) => replicaSetInfo(set, rollout, around.pods)));
  const podSpec = spec.template?.spec ?? around.workloadTemplate?.spec;
  const isCanary = spec.strategy.canary !== undefined;
  return {
    objectMeta: metadata,
    status: phase,
    message,
    icon: statusIcon(phase),
    strategy: isCanary ? 'Canary' : spec.strategy.blueGreen === undefined ? '' : 'BlueGreen',
    step: isCanary ? stepPosition(rollout) : '',
    setWeight: isCanary ? String(plannedWeight(rollout)) : '',
    actualWeight: isCanary ? String(actualWeight(rollout, replicaSets)) : '',
    ready: status.readyReplicas ?? 0,
    current: status.replicas ?? 0,
    desired: spec.replicas ?? 1,
    updated: status.updatedReplicas ?? 0,
    available: status.availableReplicas ?? 0,
    restartedAt: status.restartedAt ?? 'Never',
    generation: String(metadata.generation ?? 0),
    replicaSets,
    experiments: newestRevisionFirst(ownedBy(rollout, around.experiments).map((experiment) => experimentInfo(experiment, rollout, around))),
    analysisRuns: newestRevisionFirst(ownedBy(rollout, around.analysisRuns).map(analysisRunInfo)),
    containers: (podSpec?.containers ?? []).map(({ name, image }) => ({ name, image: image ?? '' })),
    initContainers: (podSpec?.initContainers ?? []).map(({ name, image }) => ({ name, image: image ?? '' })),
    steps: status.currentStepIndex === undefined ? [] : (spec.strategy.canary?.steps ?? []),
  };
}

/** The share of traffic (with routing) or of available Pods (without) that the canary has now, in percent. */
function actualWeight(rollout: Rollout, replicaSets: readonly ReplicaSetInfo[]): number {
  if (!hasCurrentStep(rollout)) return maxWeightOf(rollout);
  const available = rollout.status?.availableReplicas ?? 0;
  if (available === 0) return 0;
  if (rollout.spec.strategy.canary?.trafficRouting !== undefined) return rollout.status?.canary?.weights?.canary.weight ?? 0;
  const canary = replicaSets.find((set) => set.canary);
  return canary === undefined ? 0 : Math.trunc((canary.available * 100) / available);
}

function replicaSetStatus(set: ReplicaSet): string {
  const { spec, status } = set;
  const wanted = spec?.replicas ?? 1;
  const isBehind = (status?.observedGeneration ?? 0) < (set.metadata.generation ?? 0);
  if (isConditionTrue(status?.conditions, 'ReplicaFailure')) return 'ReplicaFailure';
  if (isBehind || (status?.availableReplicas ?? 0) < wanted) return 'Progressing';
  return wanted === 0 ? 'ScaledDown' : 'Healthy';
}

function replicaSetInfo(set: ReplicaSet, rollout: Rollout | undefined, pods: readonly Pod[] | undefined): ReplicaSetInfo {
  const hash = set.metadata.labels?.[POD_TEMPLATE_HASH];
  const status = replicaSetStatus(set);
  const podSpec = set.spec?.template?.spec;
  const { blueGreen, stableRS, currentPodHash } = rollout?.status ?? {};
  const isBlueGreen = rollout?.spec.strategy.blueGreen !== undefined;
  const stable = hash !== undefined && hash === stableRS;
  const active = isBlueGreen && hash !== undefined && hash === blueGreen?.activeSelector;
  return {
    objectMeta: set.metadata,
    status,
    icon: statusIcon(status),
    revision: revisionOf(set),
    stable,
    canary: rollout?.spec.strategy.canary !== undefined && !stable && hash !== undefined && hash === currentPodHash,
    active,
    preview: isBlueGreen && !active && hash !== undefined && hash === blueGreen?.previewSelector,
    replicas: set.status?.replicas ?? 0,
    available: set.status?.availableReplicas ?? 0,
    template: set.metadata.annotations?.['experiment.argoproj.io/template-name'] ?? '',
    images: (podSpec?.containers ?? []).map(({ image }) => image ?? ''),
    initContainerImages: (podSpec?.initContainers ?? []).map(({ image }) => image ?? ''),
    scaleDownDeadline: set.metadata.annotations?.[SCALE_DOWN_DEADLINE] ?? '',
    pods: ownedBy(set, pods).map(podInfo),
  };
}

function podInfo(pod: Pod): PodInfo {
  const { status, ready, total, restarts } = summarizePod(pod);
  return { objectMeta: pod.metadata, status, icon: podIcon(status), ready: `${ready}/${total}`, restarts };
}

/** One Experiment with its Pods and analyses; its revision is its own, or that of the Rollout it belongs to. */
export function experimentInfo(experiment: Experiment, rollout: Rollout | undefined, around: RolloutSurroundings): ExperimentInfo {
  const status = experiment.status?.phase ?? 'Pending';
  return {
    objectMeta: experiment.metadata,
    icon: statusIcon(status),
    revision: revisionOf(experiment) || revisionOf(rollout),
    status,
    message: experiment.status?.message ?? '',
    replicaSets: ownedBy(experiment, around.replicaSets).map((set) => replicaSetInfo(set, undefined, around.pods)),
    analysisRuns: ownedBy(experiment, around.analysisRuns).map(analysisRunInfo),
  };
}

/** A stable sort: what was oldest first stays so within a revision. */
function newestRevisionFirst<T extends { revision: number }>(items: T[]): T[] {
  return items.sort((a, b) => b.revision - a.revision);
}

/** What is left of a ReplicaSet's scale-down delay: `29s`, `passed`, or empty when none runs. */
export function scaleDownDelay(info: Pick<ReplicaSetInfo, 'scaleDownDeadline' | 'replicas'>, nowMs: number): string {
  if (info.scaleDownDeadline === '') return '';
  const leftMs = Date.parse(info.scaleDownDeadline) - nowMs;
  return leftMs <= 0 ? 'passed' : humanDuration(leftMs);
}
