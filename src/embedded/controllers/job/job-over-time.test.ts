import { expect, it } from 'vitest';
import { aTemplate, openControllerRoom } from '../../../../test/support/controller-room.ts';
import type { JobSpec, Pod } from '../../../kube/generated/types.ts';
import { jobs, pods } from '../../../kube/resource-type.ts';
import { createJobController } from './job-controller.ts';

const key = { namespace: 'default', name: 'pi' };
interface Row {
  what: string;
  spec: Partial<JobSpec>;
  fails?: number;
  runs?: boolean;
  afterMs: number;
  made: number;
  status: string;
}

/** `made` counts all Pods until then; the status reads `active/succeeded/failed condition`. The first `fails` Pods fail, the others succeed, or go on when `runs`. */
it.each<Row>([
  { what: 'one completion', spec: { completions: 1 }, afterMs: 1000, made: 1, status: '0/1/0 Complete' },
  { what: 'four completions one by one', spec: { completions: 4, parallelism: 1 }, afterMs: 1000, made: 4, status: '0/4/0 Complete' },
  { what: 'four completions all at once', spec: { completions: 4, parallelism: 9 }, afterMs: 1000, made: 4, status: '0/4/0 Complete' },
  {
    what: 'two at a time that do not end',
    spec: { completions: 5, parallelism: 2 },
    runs: true,
    afterMs: 60_000,
    made: 2,
    status: '2/0/0 ',
  },
  { what: 'no parallelism at all', spec: { completions: 3, parallelism: 0 }, afterMs: 60_000, made: 0, status: '0/0/0 ' },
  {
    what: 'a queue whose first worker ends it',
    spec: { completions: undefined, parallelism: 3 },
    afterMs: 1000,
    made: 3,
    status: '0/3/0 Complete',
  },
  {
    what: 'one failure within the limit',
    spec: { completions: 1, backoffLimit: 2 },
    fails: 1,
    afterMs: 60_000,
    made: 2,
    status: '0/1/1 Complete',
  },
  {
    what: 'a second try that is not due yet',
    spec: { completions: 1, backoffLimit: 2 },
    fails: 1,
    afterMs: 9000,
    made: 1,
    status: '0/0/1 ',
  },
  {
    what: 'a third try after 10 and 20 s',
    spec: { completions: 1, backoffLimit: 4 },
    fails: 2,
    afterMs: 32_000,
    made: 3,
    status: '0/1/2 Complete',
  },
  {
    what: 'a third try that is not due after 25 s',
    spec: { completions: 1, backoffLimit: 4 },
    fails: 2,
    afterMs: 25_000,
    made: 2,
    status: '0/0/2 ',
  },
  {
    what: 'no patience',
    spec: { completions: 1, backoffLimit: 0 },
    fails: 9,
    afterMs: 60_000,
    made: 1,
    status: '0/0/1 Failed=BackoffLimitExceeded',
  },
  {
    what: 'more failures than the limit',
    spec: { completions: 1, backoffLimit: 2 },
    fails: 9,
    afterMs: 600_000,
    made: 3,
    status: '0/0/3 Failed=BackoffLimitExceeded',
  },
  {
    what: 'a deadline',
    spec: { completions: 2, parallelism: 2, activeDeadlineSeconds: 30 },
    runs: true,
    afterMs: 31_000,
    made: 2,
    status: '0/0/2 Failed=DeadlineExceeded',
  },
  {
    what: 'a deadline that is not over',
    spec: { completions: 2, parallelism: 2, activeDeadlineSeconds: 30 },
    runs: true,
    afterMs: 29_000,
    made: 2,
    status: '2/0/0 ',
  },
  {
    what: 'indexes',
    spec: { completions: 3, parallelism: 3, completionMode: 'Indexed' },
    afterMs: 1000,
    made: 3,
    status: '0/3/0 Complete',
  },
  {
    what: 'an index that fails once',
    spec: { completions: 3, parallelism: 3, completionMode: 'Indexed', backoffLimit: 3 },
    fails: 1,
    afterMs: 60_000,
    made: 4,
    status: '0/3/1 Complete',
  },
])('comes to "$status" after $made Pods for $what', async ({ spec, fails = 0, runs = false, afterMs, made, status }) => {
  const order = new Map<string, number>();
  const fate = (pod: Pod): 'Failed' | 'Succeeded' | 'ready' => {
    if (!order.has(pod.metadata.uid)) order.set(pod.metadata.uid, order.size);
    return order.get(pod.metadata.uid)! < fails ? 'Failed' : runs ? 'ready' : 'Succeeded';
  };
  await using room = await openControllerRoom((deps) => [createJobController(deps)], { fate });
  await room.api.create(jobs, {
    metadata: key,
    spec: { parallelism: 1, backoffLimit: 6, selector: { matchLabels: { app: 'web' } }, template: aTemplate(), ...spec },
  });
  await room.advance(afterMs);
  const job = room.api.all(jobs)[0]!;
  const end = job.status?.conditions?.find(({ type, status: holds }) => holds === 'True' && (type === 'Complete' || type === 'Failed'));
  expect(
    `${job.status?.active ?? 0}/${job.status?.succeeded ?? 0}/${job.status?.failed ?? 0} ${end === undefined ? '' : end.type === 'Complete' ? 'Complete' : `Failed=${end.reason}`}`,
  ).toBe(status);
  expect(room.api.writes.filter((write) => write.startsWith('create pods '))).toHaveLength(made);
  expect(room.eventTexts().filter((text) => text.startsWith('SuccessfulCreate: '))).toHaveLength(made);
  expect(job.status?.completionTime !== undefined).toBe(end?.type === 'Complete');
  if (end !== undefined) expect(room.api.all(pods).every(({ metadata }) => (metadata.finalizers ?? []).length === 0)).toBe(true);
});

it('lets go of the Pods of a Job that is deleted without them', async () => {
  await using room = await openControllerRoom((deps) => [createJobController(deps)], { fate: () => 'ready' });
  await room.api.create(jobs, {
    metadata: key,
    spec: { completions: 1, parallelism: 1, selector: { matchLabels: { app: 'web' } }, template: aTemplate() },
  });
  await room.settled();
  const { name } = room.api.all(pods)[0]!.metadata;
  // What the garbage collector does before an orphaning deletion ends.
  await room.api.patch(
    pods,
    { namespace: 'default', name },
    { type: 'merge', body: { metadata: { ownerReferences: null, labels: { app: 'other' } } } },
  );
  await room.settled();
  const replaced = room.api.all(pods).length;
  await room.api.delete(jobs, key);
  await room.settled();
  expect(replaced).toBe(2);
  expect(room.api.all(pods).map(({ metadata }) => metadata.finalizers ?? [])).toEqual([[], []]);
});
