import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeptCluster } from '../support/kept-cluster.ts';

// A kept cluster on which an earlier run of the lab has stopped.
let cluster: KeptCluster;
beforeAll(async () => {
  cluster = await KeptCluster.up('set-image');
});
afterAll(async () => {
  expect(await cluster.down()).toEqual([]);
});

interface Seen {
  types: string[];
  exitCode: number | undefined;
}

async function lab(...args: string[]): Promise<Seen> {
  const seen: string[] = [];
  const result = await cluster.place.run(['lab', '--cluster', 'existing', '--json', ...args], {
    env: { KUBECONFIG: cluster.shell['KUBECONFIG']! },
    onEvent: (event) => {
      seen.push(String(event['type']));
    },
  });
  return { types: seen, exitCode: result.exitCode };
}
const snapshotNames = async (): Promise<string[]> =>
  (await cluster.type('kubectl', ['get', 'snapshots', '-o', 'name'])).output.split('\n').filter((name) => name.includes('/lab-'));

it('begins at a step that an earlier run has reached without doing the steps before it again', async () => {
  expect(await snapshotNames()).toHaveLength(8);
  for (const step of ['set-image', 'first-state']) {
    const { types, exitCode } = await lab('--keep', '--from', step, '--until', step);
    expect(exitCode, step).toBe(0);
    expect(types.slice(0, 3)).toEqual(['lab-started', 'went-back', 'step-started']);
    expect(types).not.toContain('step-solved');
  }
});

it('is told of by "doctor --leftovers", with the line that removes what was kept', async () => {
  const doctor = () => cluster.place.run(['doctor', '--leftovers'], { env: { KUBECONFIG: cluster.shell['KUBECONFIG']! } });
  const { stdout, exitCode } = await doctor();
  expect(exitCode).toBe(1);
  const line = stdout.match(/^• 8 snapshots of lab 02-automated-canary in context canary-lab$\n +kubectl (delete snapshots.*)$/m)?.[1];
  expect(line, stdout).toBeDefined();
  const words = line!.replace(' .canary-lab/', ` ${cluster.place.folder}/.canary-lab/`).split(' ');
  expect((await cluster.type('kubectl', words)).exitCode).toBe(0);
  expect(await snapshotNames()).toEqual([]);
  expect((await doctor()).stdout).not.toContain('snapshot');
});
