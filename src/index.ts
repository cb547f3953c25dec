/** The public surface: what a lab, or a program that runs labs, may import. Nothing else is public. */
import { countCheck } from './harness/checks/count-check.ts';
import { eventsCheck } from './harness/checks/events-check.ts';
import { fieldCheck } from './harness/checks/field-check.ts';
import { noFailedRequestCheck } from './harness/checks/no-failed-request-check.ts';
import { reachesCheck } from './harness/checks/reaches-check.ts';
import { rolloutHashCheck } from './harness/checks/rollout-hash-check.ts';
import { serviceRevisionCheck } from './harness/checks/service-revision-check.ts';
import { splitCheck } from './harness/checks/split-check.ts';
import { stateCheck } from './harness/checks/state-check.ts';
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
  noFailedRequest: noFailedRequestCheck,
  state: stateCheck,
} as const;

export { LabError } from './base/errors.ts';
export type { Cluster } from './cluster/provider.ts';
export type { Check, CheckContext, CheckResult, CheckTexts, Verdict } from './harness/check.ts';
export type { CommandRunner, RanCommand } from './harness/command-runner.ts';
export type { LabEvent, OnLabEvent } from './harness/events.ts';
export { cmd, defineLab, type Lab, listFiles, type Note, type Step, step, timePasses, type Variables, type VariablesContext, type Walk } from './harness/lab.ts';
export type { Observation } from './harness/observation.ts';
export { exitCodeOf, type LabReport, type StepReport } from './harness/report.ts';
export { runLab, type RunLabOptions } from './harness/run-lab.ts';
export type { Language, Text } from './harness/text.ts';
export type { KubeApi } from './kube/kube-api.ts';
export type { ResourceType } from './kube/resource-type.ts';
export { customResourceDefinitions, deployments, endpointSlices, ingresses, namespaces, nodes, pods, replicaSets, services } from './kube/resource-type.ts';
export { type Rollout, rollouts } from './rollouts/rollout.ts';
