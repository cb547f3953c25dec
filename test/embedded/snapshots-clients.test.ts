import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LabRoom, openLabRoom } from '../support/lab-room.ts';

let room: LabRoom;
let folder: string;
beforeAll(async () => {
  room = await openLabRoom(37);
  folder = await mkdtemp(path.join(tmpdir(), 'snapshots-'));
  await run('helm', 'create', path.join(folder, 'demo'));
});
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(program: 'helm' | 'kubectl', ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await room.options.tools.run(program, args, { timeoutMs: 60_000 });
  expect(exitCode, `${program} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

async function take(name: string): Promise<void> {
  const file = path.join(folder, `${name}.yaml`);
  await writeFile(file, `apiVersion: canary-lab.internal/v1\nkind: Snapshot\nmetadata:\n  name: ${name}\nspec: {}\n`);
  expect(await run('kubectl', 'apply', '-f', file)).toBe(`snapshot.canary-lab.internal/${name} created\n`);
}

async function restore(name: string, time: number): Promise<void> {
  await run('kubectl', 'patch', 'snapshot', name, '--type', 'merge', '-p', JSON.stringify({ spec: { restore: time } }));
  await run('kubectl', 'wait', `snapshot/${name}`, `--for=jsonpath={.status.restored}=${time}`, '--timeout', '10s');
}

const history = async (): Promise<string[]> =>
  (JSON.parse(await run('helm', 'history', 'shop', '-n', 'plain', '-o', 'json')) as { revision: number; status: string }[]).map(
    ({ revision, status }) => `${revision} ${status}`,
  );

it('takes helm back to the release of then, from where it goes on', async () => {
  const chart = path.join(folder, 'demo');
  const ns = ['-n', 'plain', '--wait', '--timeout', '30s'];
  await run('helm', 'install', 'shop', chart, ...ns, '--create-namespace');
  await take('installed');
  await run('helm', 'upgrade', 'shop', chart, ...ns, '--set', 'replicaCount=3');
  await run('helm', 'upgrade', 'shop', chart, ...ns, '--set', 'image.tag=1.27.0');
  expect(await history()).toEqual(['1 superseded', '2 superseded', '3 deployed']);
  await restore('installed', 1);
  expect(await history()).toEqual(['1 deployed']);
  await run('helm', 'upgrade', 'shop', chart, ...ns, '--set', 'replicaCount=2');
  expect(await history()).toEqual(['1 superseded', '2 deployed']);
  await run('helm', 'uninstall', 'shop', ...ns);
  await restore('installed', 2);
  expect(await history()).toEqual(['1 deployed']);
  await run('kubectl', 'rollout', 'status', 'deployment/shop-demo', '-n', 'plain', '--timeout', '20s');
}, 60_000);

it('lists Snapshots with what they hold and how often they were restored', async () => {
  const lines = (await run('kubectl', 'get', 'snapshots')).split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
  expect(lines[0]).toBe('NAME | TAKEN | OBJECTS | RESTORED | AGE');
  expect(lines[1]).toMatch(/^installed \| \d{4}-\d\d-\d\dT[\d:]+Z \| \d+ \| 2 \| \d+s$/);
  expect(await run('kubectl', 'explain', 'snapshot.spec.restore')).toContain('FIELD: restore <integer>');
  expect(await run('kubectl', 'delete', 'snapshot', 'installed')).toContain('snapshot.canary-lab.internal "installed" deleted');
});

it('refuses a number that is none', async () => {
  await take('odd');
  for (const [value, complaint] of [
    ['-1', 'spec.restore in body should be greater than or equal to 0'],
    ['1.5', 'must be of type integer'],
  ]) {
    const { exitCode, stderr } = await room.options.tools.run(
      'kubectl',
      ['patch', 'snapshot', 'odd', '--type', 'merge', '-p', `{"spec":{"restore":${value}}}`],
      { timeoutMs: 20_000 },
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(complaint);
  }
});
