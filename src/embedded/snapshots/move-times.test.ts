import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../../kube/object.ts';
import { customResourceDefinitions } from '../../rollouts/crd/custom-resource-definitions.ts';
import { movedTime, moveTimes } from './move-times.ts';
import { builtInTimeFields, customTimeFields, type TimedSchema } from './time-fields.ts';

const HOUR = 3600;
const AT = '2026-11-24T10:00:00Z';
const LATER = '2026-11-24T11:00:00Z';
const metadata = { name: 'a', namespace: 'b', uid: 'c', resourceVersion: '1', creationTimestamp: AT };

describe('the time fields of a built-in kind', () => {
  const move = (row: string, object: object): AnyObject => moveTimes(object as AnyObject, builtInTimeFields(row), HOUR);

  it('are those of its metadata, its status and its conditions', () => {
    const pod = (at: string) => ({
      metadata: {
        ...metadata,
        creationTimestamp: at,
        deletionTimestamp: at,
        managedFields: [{ manager: 'm', operation: 'Update', time: at }],
      },
      spec: { containers: [{ name: 'c' }] },
      status: {
        startTime: at,
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at }],
        containerStatuses: [
          { name: 'c', state: { running: { startedAt: at } }, lastState: { terminated: { startedAt: at, finishedAt: at } } },
        ],
      },
    });
    expect(move('Pod', pod(AT))).toEqual(pod(LATER));
  });

  it('are in events, with the digits of a second that they have', () => {
    expect(move('Event', { metadata, firstTimestamp: AT, lastTimestamp: null, eventTime: '2026-11-24T10:00:00.123456Z' })).toMatchObject({
      firstTimestamp: LATER,
      lastTimestamp: null,
      eventTime: '2026-11-24T11:00:00.123456Z',
    });
  });

  it('are neither in data nor in templates nor in annotations of any name', () => {
    const annotations = { 'kubectl.kubernetes.io/restartedAt': AT };
    const template = { metadata: { annotations, creationTimestamp: AT }, spec: { containers: [] } };
    const own = { ...metadata, annotations: { since: AT, 'kubectl.kubernetes.io/last-applied-configuration': `{"at":"${AT}"}` } };
    const moved = { ...own, creationTimestamp: LATER };
    for (const [row, rest] of [
      ['ConfigMap', { data: { at: AT } }],
      ['Secret', { stringData: { at: AT }, data: { at: AT } }],
      ['Deployment', { spec: { template } }],
      ['CronJob', { spec: { jobTemplate: { metadata: { creationTimestamp: AT }, spec: { template } } } }],
      ['StatefulSet', { spec: { template, volumeClaimTemplates: [{ metadata: { name: 'v', creationTimestamp: AT } }] } }],
      ['ControllerRevision', { revision: 1, data: { spec: { template } } }],
    ] as [string, object][])
      expect(move(row, { metadata: own, ...rest })).toEqual({ metadata: moved, ...rest });
  });

  it('are in the annotations that say until when a ReplicaSet stays scaled and since when endpoints are what they are', () => {
    const annotations = (at: string) => ({
      'argo-rollouts.argoproj.io/scale-down-deadline': at,
      'endpoints.kubernetes.io/last-change-trigger-time': at,
      other: AT,
    });
    expect(move('ReplicaSet', { metadata: { ...metadata, annotations: annotations(AT) } }).metadata.annotations).toEqual(
      annotations(LATER),
    );
  });

  it('leaves an object alone when no time has passed, and shares the parts that have no times', () => {
    const object = { metadata, spec: { replicas: 1 } } as unknown as AnyObject;
    const times = builtInTimeFields('Deployment');
    expect(moveTimes(object, times, 0)).toBe(object);
    expect(moveTimes(object, times, HOUR)['spec']).toBe(object['spec']);
  });
});

describe('the time fields of a custom kind', () => {
  const rolloutSchema = customResourceDefinitions().find(({ spec }) => spec.names.kind === 'Rollout')!.spec.versions[0]!.schema!
    .openAPIV3Schema as TimedSchema;

  it('are those that its schema calls a date-time', () => {
    const rollout = (at: string) => ({
      metadata: { ...metadata, creationTimestamp: at },
      spec: { restartAt: at, template: { metadata: { creationTimestamp: AT, annotations: { at: AT } } } },
      status: {
        restartedAt: at,
        abortedAt: at,
        message: AT,
        pauseConditions: [{ reason: 'CanaryPauseStep', startTime: at }],
        conditions: [{ type: 'Progressing', lastUpdateTime: at, lastTransitionTime: at }],
      },
    });
    expect(moveTimes(rollout(AT) as unknown as AnyObject, customTimeFields(rolloutSchema), HOUR)).toEqual(rollout(LATER));
  });

  it('are in lists and maps, and in the metadata even without a schema', () => {
    const time: TimedSchema = { type: 'string', format: 'date-time' };
    const schema: TimedSchema = {
      type: 'object',
      properties: {
        spec: { type: 'object', properties: { all: { type: 'array', items: time }, by: { type: 'object', additionalProperties: time } } },
      },
    };
    const widget = (at: string) => ({ metadata: { ...metadata, creationTimestamp: at }, spec: { all: [at, at], by: { a: at }, text: AT } });
    expect(moveTimes(widget(AT) as unknown as AnyObject, customTimeFields(schema), HOUR)).toEqual(widget(LATER));
    const known = moveTimes(widget(AT) as unknown as AnyObject, customTimeFields(undefined), HOUR);
    expect(known).toEqual({ ...widget(AT), metadata: widget(LATER).metadata });
  });
});

it.each([
  ['2026-02-28T23:59:59Z', 1, '2026-03-01T00:00:00Z'],
  ['2026-02-28T23:59:59.5Z', 1, '2026-03-01T00:00:00.5Z'],
  ['2026-06-01T12:00:00+02:00', 60, '2026-06-01T12:01:00+02:00'],
  ['tomorrow', 60, 'tomorrow'],
  ['2026-13-01T00:00:00Z', 60, '2026-13-01T00:00:00Z'],
])('moves %s by %i s to %s', (text, seconds, moved) => {
  expect(movedTime(text, seconds)).toBe(moved);
});
