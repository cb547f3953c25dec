import { expect, it } from 'vitest';
import { aTemplate, openControllerRoom, type PodFate } from '../../../../test/support/controller-room.ts';
import type { CronJobSpec } from '../../../kube/generated/types.ts';
import { cronJobs, jobs } from '../../../kube/resource-type.ts';
import { createJobController } from '../job/job-controller.ts';
import { createCronJobController } from './cronjob-controller.ts';

const MINUTE = 60_000;
const key = { namespace: 'default', name: 'tick' };

it.each<{ what: string; spec: Partial<CronJobSpec>; fate?: PodFate; minutes: number; made: number; kept: number; event?: string }>([
  { what: 'every minute', spec: { schedule: '* * * * *' }, minutes: 6, made: 6, kept: 3 },
  { what: 'every five minutes', spec: { schedule: '*/5 * * * *' }, minutes: 21, made: 4, kept: 3 },
  { what: 'a longer history', spec: { schedule: '* * * * *', successfulJobsHistoryLimit: 5 }, minutes: 8, made: 8, kept: 5 },
  { what: 'no history', spec: { schedule: '* * * * *', successfulJobsHistoryLimit: 0 }, minutes: 3, made: 3, kept: 0 },
  { what: 'Jobs that fail', spec: { schedule: '* * * * *' }, fate: 'Failed', minutes: 4, made: 4, kept: 1 },
  {
    what: 'Forbid while the first still runs',
    spec: { schedule: '* * * * *', concurrencyPolicy: 'Forbid' },
    fate: 'ready',
    minutes: 4,
    made: 1,
    kept: 1,
    event: 'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
  },
  {
    what: 'Replace while each still runs',
    spec: { schedule: '* * * * *', concurrencyPolicy: 'Replace' },
    fate: 'ready',
    minutes: 4,
    made: 4,
    kept: 1,
  },
  {
    what: 'Allow while all still run',
    spec: { schedule: '* * * * *', concurrencyPolicy: 'Allow' },
    fate: 'ready',
    minutes: 4,
    made: 4,
    kept: 4,
  },
  { what: 'UTC by name', spec: { schedule: '*/2 * * * *', timeZone: 'Etc/UTC' }, minutes: 5, made: 2, kept: 2 },
  {
    what: 'a time zone that is not modelled',
    spec: { schedule: '*/2 * * * *', timeZone: 'Asia/Seoul' },
    minutes: 5,
    made: 0,
    kept: 0,
    event: 'UnknownTimeZone: timeZone "Asia/Seoul" is not modelled',
  },
])(
  'makes $made Jobs in $minutes minutes and keeps $kept under: $what',
  async ({ spec, fate = 'Succeeded', minutes, made, kept, event }) => {
    await using room = await openControllerRoom((deps) => [createCronJobController(deps), createJobController(deps)], { fate: () => fate });
    const jobTemplate = {
      spec: { completions: 1, parallelism: 1, backoffLimit: 0, template: aTemplate(), selector: { matchLabels: { app: 'web' } } },
    };
    await room.api.create(cronJobs, { metadata: key, spec: { schedule: '', jobTemplate, ...spec } });
    await room.advance(minutes * MINUTE + 1000);
    expect(room.api.writes.filter((write) => write.startsWith('create jobs '))).toHaveLength(made);
    expect(room.api.all(jobs)).toHaveLength(kept);
    if (event !== undefined) expect(room.eventTexts()).toContain(event);
  },
);

it('starts only the last of the times that it missed while it was suspended', async () => {
  await using room = await openControllerRoom((deps) => [createCronJobController(deps), createJobController(deps)], {
    fate: () => 'Succeeded',
  });
  await room.api.create(cronJobs, {
    metadata: key,
    spec: {
      schedule: '* * * * *',
      suspend: true,
      jobTemplate: { spec: { completions: 1, parallelism: 1, template: aTemplate(), selector: { matchLabels: { app: 'web' } } } },
    },
  });
  await room.advance(5.5 * MINUTE);
  await room.api.patch(cronJobs, key, { type: 'merge', body: { spec: { suspend: false } } });
  await room.settled();
  expect(room.api.all(jobs).map(({ metadata }) => metadata.name)).toEqual([`tick-${Date.UTC(2025, 0, 1, 0, 5) / MINUTE}`]);
});
