import type { LabelSelector, PodTemplateSpec } from '../../kube/generated/types.ts';
import type { IntOrString, KubeObject } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import type { MeasurementRetention } from '../analysis/analysis-run.ts';
import type { AnalysisArgument, PodMetadata, RolloutCondition } from '../rollout.ts';

/** One set of Pods that an Experiment runs. */
export interface ExperimentTemplate {
  name: string;
  replicas?: number | undefined;
  minReadySeconds?: number | undefined;
  selector?: LabelSelector | undefined;
  template?: PodTemplateSpec | undefined;
  /** With it the template gets a Service of this name, or of its ReplicaSet's. */
  service?: { name?: string | undefined } | undefined;
}

export interface ExperimentAnalysis {
  name: string;
  templateName: string;
  clusterScope?: boolean | undefined;
  args?: AnalysisArgument[] | undefined;
  /** The Experiment does not end before this analysis has. */
  requiredForCompletion?: boolean | undefined;
}

export interface ExperimentSpec {
  templates?: ExperimentTemplate[] | undefined;
  duration?: IntOrString | undefined;
  progressDeadlineSeconds?: number | undefined;
  scaleDownDelaySeconds?: number | undefined;
  terminate?: boolean | undefined;
  analyses?: ExperimentAnalysis[] | undefined;
  dryRun?: { metricName: string }[] | undefined;
  measurementRetention?: MeasurementRetention[] | undefined;
  analysisRunMetadata?: PodMetadata | undefined;
}

export type ExperimentPhase = 'Pending' | 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive';

export interface TemplateStatus {
  name: string;
  status?: string | undefined;
  message?: string | undefined;
  replicas: number;
  updatedReplicas: number;
  readyReplicas: number;
  availableReplicas: number;
  podTemplateHash?: string | undefined;
  serviceName?: string | undefined;
  lastTransitionTime?: string | undefined;
}

export interface ExperimentStatus {
  phase?: string | undefined;
  message?: string | undefined;
  /** When every template was available for the first time. */
  availableAt?: string | undefined;
  templateStatuses?: TemplateStatus[] | undefined;
  analysisRuns?: { name: string; analysisRun: string; phase: string; message?: string | undefined }[] | undefined;
  conditions?: RolloutCondition[] | undefined;
}

export interface Experiment extends KubeObject {
  spec?: ExperimentSpec | undefined;
  status?: ExperimentStatus | undefined;
}

export const experiments: ResourceType<Experiment> = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  resource: 'experiments',
  kind: 'Experiment',
  namespaced: true,
};
