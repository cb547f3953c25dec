import { describe, expect, it } from 'vitest';
import { aTemplate, openControllerRoom, type PodFate } from '../../../../test/support/controller-room.ts';
import type { CronJobSpec } from '../../../kube/generated/types.ts';
import { cronJobs, jobs } from '../../../kube/resource-type.ts';
import { createJobController } from '../job/job-controller.ts';
import { nextFiring, parseCron } from './cron-schedule.ts';
import { createCronJobController } from './cronjob-controller.ts';

const MINUTE = 60_000;
const open = (fate: PodFate = 'Succeeded') =>
  openControllerRoom((deps) => [createCronJobController(deps), createJobController(deps)], { fate: () => fate });
const aCronJob = (spec: Partial<CronJobSpec> = {}) => ({
  metadata: { namespace: 'default', name: 'tick' },
  spec: {
    schedule: '*/5 * * * *',
    jobTemplate: { spec: { completions: 1, parallelism: 1, selector: { matchLabels: { app: 'web' } }, template: aTemplate() } },
    ...spec,
  },
});

describe('cronjob controller', () => {
  it('starts a Job at each time of its schedule and keeps the last three that succeeded', async () => {
    await using room = await open();
    await room.api.create(cronJobs, aCronJob());
    await room.settled();
    expect(room.api.all(jobs)).toEqual([]);
    await room.advance(5 * MINUTE);
    const [job] = room.api.all(jobs);
    expect(job!.metadata.name).toBe(`tick-${Date.UTC(2025, 0, 1, 0, 5) / MINUTE}`);
    expect(room.api.all(cronJobs)[0]!.status).toMatchObject({
      lastScheduleTime: '2025-01-01T00:05:00Z',
      lastSuccessfulTime: '2025-01-01T00:05:00Z',
      active: [],
    });
    expect(room.eventTexts()).toEqual(
      expect.arrayContaining([
        `SuccessfulCreate: Created job ${job!.metadata.name}`,
        `SawCompletedJob: Saw completed job: ${job!.metadata.name}, condition: Complete`,
      ]),
    );
    await room.advance(25 * MINUTE);
    expect(room.api.all(jobs)).toHaveLength(3);
  });

  it.each([
    { policy: 'Allow', left: 2 },
    { policy: 'Forbid', left: 1 },
    { policy: 'Replace', left: 1 },
  ])('has $left Jobs after two times under $policy while the first still runs', async ({ policy, left }) => {
    await using room = await open('ready');
    await room.api.create(cronJobs, aCronJob({ concurrencyPolicy: policy }));
    await room.advance(10 * MINUTE);
    expect(room.api.all(jobs)).toHaveLength(left);
  });

  it('starts nothing while suspended', async () => {
    await using room = await open();
    await room.api.create(cronJobs, aCronJob({ suspend: true }));
    await room.advance(20 * MINUTE);
    expect(room.api.all(jobs)).toEqual([]);
  });

  it.each([
    { schedule: '0 3 * * *', next: '2025-01-01T03:00:00.000Z' },
    { schedule: '@hourly', next: '2025-01-01T01:00:00.000Z' },
    { schedule: '30 9 * * mon', next: '2025-01-06T09:30:00.000Z' },
    { schedule: '0 0 29 feb *', next: '2028-02-29T00:00:00.000Z' },
    { schedule: '0 0 15 * fri', next: '2025-01-03T00:00:00.000Z' },
    { schedule: '10-20/5 0 1 1 *', next: '2025-01-01T00:10:00.000Z' },
  ])('fires "$schedule" next at $next', ({ schedule, next }) => {
    expect(new Date(nextFiring(parseCron(schedule)!, Date.UTC(2025, 0, 1))!).toISOString()).toBe(next);
  });

  it.each(['* * * *', '60 * * * *', 'a * * * *', '*/0 * * * *'])('refuses the schedule "%s"', (schedule) => {
    expect(parseCron(schedule)).toBeUndefined();
  });
});
