import { describe, expect, it } from 'vitest';
import { aTemplate, openControllerRoom, type PodFate } from '../../../../test/support/controller-room.ts';
import type { Job, JobSpec, Pod } from '../../../kube/generated/types.ts';
import { jobs, pods } from '../../../kube/resource-type.ts';
import { createTtlController } from '../ttl-after-finished/ttl-controller.ts';
import { formatIndexes, parseIndexes } from './completed-indexes.ts';
import { createJobController } from './job-controller.ts';

const key = { namespace: 'default', name: 'pi' };
const open = (fate: (pod: Pod) => PodFate = () => 'Succeeded') =>
  openControllerRoom((deps) => [createJobController(deps), createTtlController(deps)], { fate });
const aJob = (spec: Partial<JobSpec> = {}) => ({
  metadata: key,
  spec: { completions: 1, parallelism: 1, backoffLimit: 6, selector: { matchLabels: { app: 'web' } }, template: aTemplate(), ...spec },
});
const types = (job: Job | undefined): string[] =>
  (job?.status?.conditions ?? [])
    .filter((condition) => condition.status === 'True')
    .map((condition) => `${condition.type}=${condition.reason}`);

describe('job controller', () => {
  it('runs a Pod to completion and says so', async () => {
    await using room = await open();
    await room.api.create(jobs, aJob());
    await room.settled();
    const [job] = room.api.all(jobs);
    expect(room.api.all(pods)).toHaveLength(1);
    expect(job!.status).toMatchObject({
      succeeded: 1,
      ready: 0,
      terminating: 0,
      uncountedTerminatedPods: {},
      startTime: '2025-01-01T00:00:00Z',
      completionTime: '2025-01-01T00:00:00Z',
    });
    expect(types(job)).toEqual(['SuccessCriteriaMet=CompletionsReached', 'Complete=CompletionsReached']);
    expect(room.api.all(pods)[0]!.metadata.finalizers ?? []).toEqual([]);
    expect(room.eventTexts()).toEqual([
      `SuccessfulCreate: Created pod: ${room.api.all(pods)[0]!.metadata.name}`,
      'Completed: Job completed',
    ]);
  });

  it('never starts more Pods than completions ask for', async () => {
    await using room = await open();
    await room.api.create(jobs, aJob({ completions: 5, parallelism: 2 }));
    await room.settled();
    expect(room.api.writes.filter((write) => write.startsWith('create pods '))).toHaveLength(5);
    expect(room.api.all(jobs)[0]!.status).toMatchObject({ succeeded: 5 });
  });

  it('fails after backoffLimit failures, waiting longer before each new try', async () => {
    await using room = await open(() => 'Failed');
    await room.api.create(jobs, aJob({ backoffLimit: 1 }));
    await room.settled();
    expect(room.api.all(pods)).toHaveLength(1);
    await room.advance(9000);
    expect(room.api.all(pods)).toHaveLength(1);
    await room.advance(2000);
    expect(room.api.all(pods)).toHaveLength(2);
    expect(types(room.api.all(jobs)[0])).toEqual(['FailureTarget=BackoffLimitExceeded', 'Failed=BackoffLimitExceeded']);
    expect(room.eventTexts()).toContain('BackoffLimitExceeded: Job has reached the specified backoff limit');
  });

  it('stops its Pods and fails when the active deadline passes', async () => {
    await using room = await open(() => 'ready');
    await room.api.create(jobs, aJob({ activeDeadlineSeconds: 60 }));
    await room.settled();
    expect(room.api.all(jobs)[0]!.status).toMatchObject({ active: 1 });
    await room.advance(61_000);
    expect(types(room.api.all(jobs)[0])).toEqual(['FailureTarget=DeadlineExceeded', 'Failed=DeadlineExceeded']);
    expect(room.api.all(pods)).toEqual([]);
  });

  it('starts nothing while suspended and goes on when resumed', async () => {
    await using room = await open();
    await room.api.create(jobs, aJob({ suspend: true }));
    await room.settled();
    expect(room.api.all(pods)).toEqual([]);
    expect(types(room.api.all(jobs)[0])).toEqual(['Suspended=JobSuspended']);
    await room.api.patch(jobs, key, { type: 'merge', body: { spec: { suspend: false } } });
    await room.settled();
    expect(types(room.api.all(jobs)[0])).toContain('Complete=CompletionsReached');
  });

  it('gives each index of an Indexed Job one Pod', async () => {
    await using room = await open();
    await room.api.create(jobs, aJob({ completions: 3, parallelism: 3, completionMode: 'Indexed' }));
    await room.settled();
    expect(
      room.api
        .all(pods)
        .map((pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'])
        .sort(),
    ).toEqual(['0', '1', '2']);
    expect(room.api.all(jobs)[0]!.status).toMatchObject({ completedIndexes: '0-2', succeeded: 3 });
  });

  it('goes away ttlSecondsAfterFinished after its end', async () => {
    await using room = await open();
    await room.api.create(jobs, aJob({ ttlSecondsAfterFinished: 5 }));
    await room.settled();
    expect(room.api.all(jobs)[0]!.metadata.deletionTimestamp).toBeUndefined();
    await room.advance(5000);
    expect(room.api.all(jobs)[0]!.metadata).toMatchObject({
      deletionTimestamp: '2025-01-01T00:00:05Z',
      finalizers: ['foregroundDeletion'],
    });
  });

  it('releases Pods of a deleted Job', async () => {
    await using room = await open(() => 'ready');
    await room.api.create(jobs, aJob());
    await room.settled();
    await room.api.delete(jobs, key);
    await room.settled();
    expect(room.api.all(pods)[0]!.metadata.finalizers ?? []).toEqual([]);
  });

  it.each([
    { text: '0-2,4', indexes: [0, 1, 2, 4] },
    { text: '1,2', indexes: [1, 2] },
    { text: '', indexes: [] },
  ])('writes the indexes $indexes as "$text"', ({ text, indexes }) => {
    expect(formatIndexes(indexes)).toBe(text);
    expect([...parseIndexes(text)]).toEqual(indexes);
  });
});
