import type { Job, Pod } from '../../../kube/generated/types.ts';
import type { Draft } from '../../../kube/object.ts';
import { jobs } from '../../../kube/resource-type.ts';
import { podFromTemplate } from '../pod-from-template.ts';
import { isPodFinished } from '../pod-state.ts';
import { parseIndexes } from './completed-indexes.ts';

/** Keeps a finished Pod until the Job has counted it. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
const INDEX = 'batch.kubernetes.io/job-completion-index';

/** Whether the Pod still works for its Job: neither ended nor on its way out. */
export function isRunning(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Which of an Indexed Job's completions the Pod works at; -1 when it is of none. */
export function indexOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[INDEX] ?? -1);
}

/** The indexes at which no Pod works and none has succeeded, the lowest first. */
export function freeIndexes(job: Job, claimed: readonly Pod[]): number[] {
  const taken = new Set([
    ...parseIndexes(job.status?.completedIndexes),
    ...claimed.filter((pod) => isRunning(pod) || pod.status?.phase === 'Succeeded').map(indexOf),
  ]);
  return Array.from({ length: job.spec.completions ?? 0 }, (_, index) => index).filter((index) => !taken.has(index));
}

/** A new Pod of the Job; in an Indexed Job the one with this index. */
export function podOfJob(job: Job, index: number | undefined): Draft<Pod> {
  const draft = podFromTemplate(jobs, job, job.spec.template);
  const { labels, annotations, finalizers = [], ...metadata } = draft.metadata;
  const mark: Record<string, string> = index === undefined ? {} : { [INDEX]: String(index) };
  const spec =
    index === undefined
      ? draft.spec
      : {
          ...draft.spec,
          hostname: `${job.metadata.name}-${index}`,
          containers: draft.spec.containers.map((container) => ({
            ...container,
            env: [
              ...(container.env ?? []),
              { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` } } },
            ],
          })),
        };
  return {
    ...draft,
    spec,
    metadata: {
      ...metadata,
      ...(index === undefined ? {} : { generateName: `${job.metadata.name}-${index}-` }),
      labels: { ...labels, ...mark },
      ...(annotations || index !== undefined ? { annotations: { ...annotations, ...mark } } : {}),
      finalizers: [...finalizers, TRACKING],
    },
  };
}
