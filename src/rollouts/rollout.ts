import type { LabelSelector, PodTemplateSpec } from '../kube/generated/types.ts';
import type { IntOrString, KubeObject, ObjectMeta } from '../kube/object.ts';
import type { ResourceType } from '../kube/resource-type.ts';

/** One key of the eight is set. Shapes and defaults: argoproj.io/v1alpha1. */
export interface CanaryStep {
  setWeight?: number | undefined;
  /** Without a duration the pause lasts until a client promotes. A number is seconds. */
  pause?: { duration?: IntOrString | undefined } | undefined;
  setCanaryScale?: { weight?: number | undefined; replicas?: number | undefined; matchTrafficWeight?: boolean | undefined } | undefined;
  analysis?: RolloutAnalysis | undefined;
  experiment?: ExperimentStep | undefined;
  setHeaderRoute?: { name: string; match?: unknown[] | undefined } | undefined;
  setMirrorRoute?: { name: string; match?: unknown[] | undefined; percentage?: number | undefined } | undefined;
  plugin?: { name: string; config?: unknown } | undefined;
}

/** The Pods and analyses that an experiment step runs beside the update. */
export interface ExperimentStep {
  templates?: ExperimentStepTemplate[] | undefined;
  duration?: IntOrString | undefined;
  scaleDownDelaySeconds?: number | undefined;
  analyses?:
    | {
        name: string;
        templateName: string;
        clusterScope?: boolean | undefined;
        args?: AnalysisArgument[] | undefined;
        requiredForCompletion?: boolean | undefined;
      }[]
    | undefined;
  dryRun?: { metricName: string }[] | undefined;
  analysisRunMetadata?: PodMetadata | undefined;
}

export interface ExperimentStepTemplate {
  name: string;
  /** Whose Pods these are like. */
  specRef: 'canary' | 'stable';
  replicas?: number | undefined;
  weight?: number | undefined;
  metadata?: PodMetadata | undefined;
  selector?: LabelSelector | undefined;
  service?: { name?: string | undefined } | undefined;
}

export interface RolloutAnalysis {
  templates?: { templateName: string; clusterScope?: boolean | undefined }[] | undefined;
  args?: AnalysisArgument[] | undefined;
  dryRun?: { metricName: string }[] | undefined;
  measurementRetention?: { metricName: string; limit: number }[] | undefined;
  analysisRunMetadata?: PodMetadata | undefined;
}

export interface AnalysisArgument {
  name: string;
  value?: string | undefined;
  valueFrom?:
    | {
        podTemplateHashValue?: 'Latest' | 'Stable' | undefined;
        fieldRef?: { fieldPath: string } | undefined;
        secretKeyRef?: { name: string; key: string } | undefined;
      }
    | undefined;
}

export interface PodMetadata {
  labels?: Record<string, string> | undefined;
  annotations?: Record<string, string> | undefined;
}

export interface NginxTrafficRouting {
  stableIngress?: string | undefined;
  stableIngresses?: string[] | undefined;
  annotationPrefix?: string | undefined;
  additionalIngressAnnotations?: Record<string, string> | undefined;
  canaryIngressAnnotations?: Record<string, string> | undefined;
}

export interface CanaryStrategy {
  canaryService?: string | undefined;
  stableService?: string | undefined;
  steps?: CanaryStep[] | undefined;
  trafficRouting?:
    | {
        nginx?: NginxTrafficRouting | undefined;
        maxTrafficWeight?: number | undefined;
        managedRoutes?: { name: string }[] | undefined;
        [other: string]: unknown;
      }
    | undefined;
  maxSurge?: IntOrString | undefined;
  maxUnavailable?: IntOrString | undefined;
  scaleDownDelaySeconds?: number | undefined;
  scaleDownDelayRevisionLimit?: number | undefined;
  abortScaleDownDelaySeconds?: number | undefined;
  dynamicStableScale?: boolean | undefined;
  minPodsPerReplicaSet?: number | undefined;
  replicaProgressThreshold?: { type: 'Percent' | 'Pods'; value: number } | undefined;
  canaryMetadata?: PodMetadata | undefined;
  stableMetadata?: PodMetadata | undefined;
  analysis?: (RolloutAnalysis & { startingStep?: number | undefined }) | undefined;
  antiAffinity?: unknown;
  pingPong?: unknown;
}

export interface BlueGreenStrategy {
  activeService: string;
  previewService?: string | undefined;
  previewReplicaCount?: number | undefined;
  autoPromotionEnabled?: boolean | undefined;
  autoPromotionSeconds?: number | undefined;
  scaleDownDelaySeconds?: number | undefined;
  scaleDownDelayRevisionLimit?: number | undefined;
  abortScaleDownDelaySeconds?: number | undefined;
  prePromotionAnalysis?: RolloutAnalysis | undefined;
  postPromotionAnalysis?: RolloutAnalysis | undefined;
  maxUnavailable?: IntOrString | undefined;
  previewMetadata?: PodMetadata | undefined;
  activeMetadata?: PodMetadata | undefined;
  antiAffinity?: unknown;
}

export interface RolloutSpec {
  replicas?: number | undefined;
  selector?: LabelSelector | undefined;
  template?: PodTemplateSpec | undefined;
  workloadRef?:
    | { apiVersion: string; kind: string; name: string; scaleDown?: 'never' | 'onsuccess' | 'progressively' | undefined }
    | undefined;
  minReadySeconds?: number | undefined;
  revisionHistoryLimit?: number | undefined;
  progressDeadlineSeconds?: number | undefined;
  progressDeadlineAbort?: boolean | undefined;
  paused?: boolean | undefined;
  restartAt?: string | undefined;
  rollbackWindow?: { revisions?: number | undefined } | undefined;
  analysis?: { successfulRunHistoryLimit?: number | undefined; unsuccessfulRunHistoryLimit?: number | undefined } | undefined;
  strategy: { canary?: CanaryStrategy | undefined; blueGreen?: BlueGreenStrategy | undefined };
}

export type RolloutPhase = 'Healthy' | 'Progressing' | 'Paused' | 'Degraded' | 'Unknown';
export type PauseReason = 'CanaryPauseStep' | 'BlueGreenPause' | 'InconclusiveAnalysisRun' | 'InconclusiveExperiment';
export interface RolloutCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastUpdateTime: string;
  lastTransitionTime: string;
}
export interface TrafficWeight {
  weight: number;
  serviceName?: string | undefined;
  podTemplateHash?: string | undefined;
}
export interface AnalysisRunReference {
  name: string;
  status: string;
  message?: string | undefined;
}

export interface RolloutStatus {
  abort?: boolean | undefined;
  abortedAt?: string | undefined;
  pauseConditions?: { reason: PauseReason; startTime: string }[] | undefined;
  controllerPause?: boolean | undefined;
  currentPodHash?: string | undefined;
  currentStepHash?: string | undefined;
  /** Absent when the strategy has no steps. */
  currentStepIndex?: number | undefined;
  /** A pod template hash, not a name. */
  stableRS?: string | undefined;
  replicas?: number | undefined;
  HPAReplicas?: number | undefined;
  updatedReplicas?: number | undefined;
  readyReplicas?: number | undefined;
  availableReplicas?: number | undefined;
  collisionCount?: number | undefined;
  /** A decimal string, unlike in built-in kinds. */
  observedGeneration?: string | undefined;
  selector?: string | undefined;
  phase?: RolloutPhase | undefined;
  message?: string | undefined;
  promoteFull?: boolean | undefined;
  restartedAt?: string | undefined;
  workloadObservedGeneration?: string | undefined;
  conditions?: RolloutCondition[] | undefined;
  canary?:
    | {
        weights?: { canary: TrafficWeight; stable: TrafficWeight; additional?: TrafficWeight[] | undefined } | undefined;
        currentStepAnalysisRunStatus?: AnalysisRunReference | undefined;
        currentBackgroundAnalysisRunStatus?: AnalysisRunReference | undefined;
        currentExperiment?: string | undefined;
      }
    | undefined;
  blueGreen?:
    | {
        activeSelector?: string | undefined;
        previewSelector?: string | undefined;
        scaleUpPreviewCheckPoint?: boolean | undefined;
        prePromotionAnalysisRunStatus?: AnalysisRunReference | undefined;
        postPromotionAnalysisRunStatus?: AnalysisRunReference | undefined;
      }
    | undefined;
}

export interface Rollout extends KubeObject {
  metadata: ObjectMeta;
  spec: RolloutSpec;
  status?: RolloutStatus | undefined;
}

export const rollouts: ResourceType<Rollout> = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  resource: 'rollouts',
  kind: 'Rollout',
  namespaced: true,
};

/** Label on ReplicaSets and Pods, and selector key of the Services that a Rollout manages. */
export const POD_TEMPLATE_HASH = 'rollouts-pod-template-hash';
export const REVISION = 'rollout.argoproj.io/revision';
export const MANAGED_BY = 'argo-rollouts.argoproj.io/managed-by-rollouts';
export const SCALE_DOWN_DEADLINE = 'scale-down-deadline';
