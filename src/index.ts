/** The public surface: what a lab, or a program that runs labs, may import. Nothing else is public. */
import type { EmbeddedCluster, EmbeddedClusterOptions } from './embedded/cluster.ts';
import { analysisRunCheck } from './harness/checks/analysis-run-check.ts';
import { countCheck } from './harness/checks/count-check.ts';
import { eventsCheck } from './harness/checks/events-check.ts';
import { failedShareCheck } from './harness/checks/failed-share-check.ts';
import { fieldCheck } from './harness/checks/field-check.ts';
import { latencyCheck } from './harness/checks/latency-check.ts';
import { noFailedRequestCheck } from './harness/checks/no-failed-request-check.ts';
import { becomesWithin, staysFor } from './harness/checks/over-time.ts';
import { reachesCheck } from './harness/checks/reaches-check.ts';
import { replicaSetCheck } from './harness/checks/replica-set-check.ts';
import { rolloutHashCheck } from './harness/checks/rollout-hash-check.ts';
import { serviceRevisionCheck } from './harness/checks/service-revision-check.ts';
import { splitCheck } from './harness/checks/split-check.ts';
import { stateCheck } from './harness/checks/state-check.ts';
import { statusCheck } from './harness/checks/status-check.ts';
import { weightsCheck } from './harness/checks/weights-check.ts';

/** The library of checks. Each waits by watching until it holds, and says what it expected and what it saw. */
export const checks = {
  field: fieldCheck,
  count: countCheck,
  serviceRevision: serviceRevisionCheck,
  rolloutHash: rolloutHashCheck,
  events: eventsCheck,
  weights: weightsCheck,
  reaches: reachesCheck,
  split: splitCheck,
  latency: latencyCheck,
  analysisRun: analysisRunCheck,
  replicaSet: replicaSetCheck,
  becomesWithin,
  staysFor,
  noFailedRequest: noFailedRequestCheck,
  failedShare: failedShareCheck,
  status: statusCheck,
  state: stateCheck,
} as const;

/** Starts an embedded cluster inside this process; its parts are loaded when it is called. Several may run at the same time. */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  return (await import('./embedded/cluster.ts')).startEmbeddedCluster(options);
}

export { LabError } from './base/errors.ts';
export { silentLog } from './base/log.ts';
export type { Cluster } from './cluster/provider.ts';
export type { EmbeddedCluster, EmbeddedClusterOptions } from './embedded/cluster.ts';
export type { ImageContext, ImageProgram } from './embedded/images/image-program.ts';
export type { Check, CheckContext, CheckResult, CheckTexts, Verdict } from './harness/check.ts';
export type { CommandRunner, RanCommand } from './harness/command-runner.ts';
export type { LabEvent, OnLabEvent } from './harness/events.ts';
export {
  cmd,
  defineLab,
  type Lab,
  listFiles,
  type Need,
  type Note,
  request,
  type Step,
  step,
  timePasses,
  type Variables,
  type VariablesContext,
  type Walk,
} from './harness/lab.ts';
export type { Observation } from './harness/observation.ts';
export { exitCodeOf, type LabReport, type StepReport } from './harness/report.ts';
export { runLab } from './harness/run-lab.ts';
export type { RunLabOptions } from './harness/run-lab-options.ts';
export type { Language, Text } from './harness/text.ts';
export type { Version } from './harness/version.ts';
export type { KubeApi } from './kube/kube-api.ts';
export type { ResourceType } from './kube/resource-type.ts';
export {
  customResourceDefinitions,
  deployments,
  endpointSlices,
  ingresses,
  namespaces,
  nodes,
  pods,
  replicaSets,
  services,
} from './kube/resource-type.ts';
export { type Rollout, rollouts } from './rollouts/rollout.ts';
