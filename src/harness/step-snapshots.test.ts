import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type LabRoom, openLabRoom } from '../../test/support/lab-room.ts';
import { configMaps, namespaces } from '../kube/resource-type.ts';
import { snapshots } from '../kube/snapshot-resource.ts';
import { fieldCheck } from './checks/field-check.ts';
import type { CommandRunner } from './command-runner.ts';
import type { LabEvent } from './events.ts';
import type { LearnerKey } from './hands-on.ts';
import { cmd, defineLab, type Lab, step } from './lab.ts';
import { runLab } from './run-lab.ts';
import type { RunLabOptions } from './run-lab-options.ts';

const NAMESPACE = 'walked';
const text = (en: string) => ({ en, ko: `${en} (한국어)` });
const valueIs = (id: string, value: string) =>
  fieldCheck(
    { id, title: text(id) },
    { resource: configMaps, key: { namespace: NAMESPACE, name: 'c' }, path: ['data', 'value'], equals: value },
  );
/** A step whose command sets the value, which its check then finds. */
const set = (id: string, value: string, more: string[] = []) =>
  step({ id, title: text(id), say: text(id), run: [cmd('kubectl', ['set', value, ...more])], checks: [valueIs(`${id}-value`, value)] });
const lab: Lab = defineLab({
  id: 'kept',
  title: text('Kept'),
  summary: text('Kept.'),
  steps: [set('one', '1'), set('two', '2'), set('three', '3')],
});

let room: LabRoom;
let commands: string[];
let events: LabEvent[];
beforeAll(async () => {
  room = await openLabRoom(1);
  await room.options.api.create(namespaces, { metadata: { name: NAMESPACE }, spec: {} });
});
afterAll(async () => {
  await room.close();
});
beforeEach(async () => {
  commands = [];
  events = [];
  for (const { metadata } of (await room.options.api.list(snapshots)).items)
    await room.options.api.delete(snapshots, { name: metadata.name });
});

const valueNow = async (): Promise<string | undefined> =>
  (await room.options.api.get(configMaps, { namespace: NAMESPACE, name: 'c' }))?.data?.['value'];
const setValue = async (value: string): Promise<void> => {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: NAMESPACE, name: 'c' }, data: { value } };
  await room.options.api.patch(
    configMaps,
    { namespace: NAMESPACE, name: 'c' },
    { type: 'apply', body, force: true },
    { fieldManager: 'learner' },
  );
};
const keptSteps = async (): Promise<string[]> =>
  (await room.options.api.list(snapshots)).items.map(({ metadata }) => metadata.labels?.['canary-lab.internal/step'] ?? '').sort();

/** The lab on the cluster of this file, with a program that sets the value. */
function theRun(over: Partial<RunLabOptions> = {}): RunLabOptions {
  const tools: CommandRunner = {
    async run(program, args) {
      commands.push(args.join(' '));
      await setValue(args[1]!);
      return { argv: [program, ...args], exitCode: 0, durationMs: 1, stdout: '', stderr: '' };
    },
  };
  return { ...room.options, tools, onEvent: (event) => events.push(event), keepStarts: { staysFor: () => true }, ...over };
}

const typesOf = (...wanted: LabEvent['type'][]): string[] =>
  events.flatMap((event) => (wanted.includes(event.type) && 'step' in event ? [`${event.type} ${event.step}`] : []));

it('goes back to the nearest start that the cluster has kept, and does only the steps after it', async () => {
  await runLab(lab, theRun({ until: 'two' }));
  expect(await keptSteps()).toEqual(['one', 'two']);
  commands = [];
  events = [];
  const report = await runLab(lab, theRun({ from: 'three' }));
  expect(report.outcome).toBe('pass');
  expect(typesOf('went-back', 'step-solved', 'step-started')).toEqual(['went-back two', 'step-solved two', 'step-started three']);
  expect(commands).toEqual(['set 2', 'set 3']);
  commands = [];
  events = [];
  await runLab(lab, theRun({ from: 'three' }));
  expect(typesOf('went-back', 'step-solved', 'step-started')).toEqual(['went-back three', 'step-started three']);
  expect(commands).toEqual(['set 3']);
});

it('does the steps when what comes before the start has another text by now, and keeps no start of the old one', async () => {
  await runLab(lab, theRun());
  const changed: Lab = { ...lab, steps: [set('one', '1', ['--otherwise']), ...lab.steps.slice(1)] };
  events = [];
  await runLab(changed, theRun({ from: 'two', until: 'two' }));
  expect(typesOf('went-back', 'step-solved')).toEqual(['went-back one', 'step-solved one']);
  expect(await keptSteps()).toEqual(['one', 'three', 'two']);
});

it('brings the cluster back to the start of the step for a learner who asks, as often as they ask', async () => {
  await setValue('0');
  const seen: (string | undefined)[] = [];
  const keys: LearnerKey[] = ['back', 'back', 'solve'];
  const report = await runLab(
    lab,
    theRun({
      until: 'one',
      learner: {
        nextKey: async () => {
          seen.push(await valueNow());
          await setValue(`mistake ${keys.length}`);
          return keys.shift()!;
        },
      },
    }),
  );
  expect(report.outcome).toBe('pass');
  expect(seen).toEqual(['0', '0', '0']);
  expect(await valueNow()).toBe('1');
  expect(typesOf('went-back', 'turn-started')).toEqual([
    'turn-started one',
    'went-back one',
    'turn-started one',
    'went-back one',
    'turn-started one',
  ]);
});

it('keeps the start of a step at which a learner goes on later', async () => {
  await setValue('0');
  const quit = { nextKey: async (): Promise<LearnerKey> => 'quit' };
  await runLab(lab, theRun({ learner: quit }));
  await setValue('half done');
  const keys: LearnerKey[] = ['back', 'quit'];
  await runLab(lab, theRun({ resumeAt: 'one', learner: { nextKey: async () => keys.shift()! } }));
  expect(await valueNow()).toBe('0');
});

it('says that it cannot go back where the cluster keeps no snapshots, and shows the step again', async () => {
  await setValue('0');
  const keys: LearnerKey[] = ['back', 'solve'];
  const cluster = { ...room.options.cluster, capabilities: { ...room.options.cluster.capabilities, snapshots: false } };
  const report = await runLab(lab, theRun({ cluster, until: 'one', learner: { nextKey: async () => keys.shift()! } }));
  expect(report.outcome).toBe('pass');
  expect(typesOf('back-impossible', 'went-back', 'turn-started')).toEqual(['turn-started one', 'back-impossible one', 'turn-started one']);
  expect(await keptSteps()).toEqual([]);
});

it('leaves no Snapshot behind when nobody goes on with the cluster, and takes none when nobody could', async () => {
  await runLab(lab, theRun({ keepStarts: { staysFor: (outcome) => outcome !== 'pass' } }));
  expect(await keptSteps()).toEqual([]);
  await runLab(lab, theRun({ keepStarts: undefined }));
  expect(await keptSteps()).toEqual([]);
});

it('gives up the starts that another lab has left', async () => {
  await runLab({ ...lab, id: 'earlier' }, theRun());
  await runLab(lab, theRun());
  const labs = (await room.options.api.list(snapshots)).items.map(({ metadata }) => metadata.labels?.['canary-lab.internal/lab']);
  expect(labs).toEqual(['kept', 'kept', 'kept']);
});

it('goes on without starts where the cluster has no room for more snapshots', async () => {
  for (let i = 0; i < 64; i++) await room.options.api.create(snapshots, { metadata: { name: `own-${i}` }, spec: {} });
  expect((await runLab(lab, theRun())).outcome).toBe('pass');
  expect((await room.options.api.list(snapshots)).items).toHaveLength(64);
});
