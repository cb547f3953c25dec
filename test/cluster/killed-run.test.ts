import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeptCluster } from '../support/kept-cluster.ts';

// A run that is killed outright takes nothing back. The doctor names what it has made, and what it says to type removes all of it.
let kept: KeptCluster;
beforeEach(async () => {
  kept = await KeptCluster.up();
});
afterEach(async () => {
  expect(await kept.down()).toEqual([]);
});

async function objects(): Promise<string[]> {
  const { output } = await kept.type('kubectl', [
    'get',
    'namespaces,crds,clusterroles,ingressclasses,validatingwebhookconfigurations',
    '-o',
    'name',
  ]);
  return output.split('\n').sort();
}

async function leftovers(): Promise<{ exitCode: number | undefined; lines: string[]; text: string }> {
  const { stdout, exitCode } = await kept.place.run(['doctor', '--leftovers']);
  return { exitCode, text: stdout, lines: [...stdout.matchAll(/^ {4}(.*)$/gm)].map((match) => match[1]!) };
}

async function killAfter(step: string): Promise<void> {
  const killed = new AbortController();
  await kept.place.run(['lab', '--cluster', 'existing', '--json'], {
    env: { KUBECONFIG: kept.shell['KUBECONFIG']! },
    cancelSignal: killed.signal,
    killSignal: 'SIGKILL',
    onEvent: (event) => {
      if (event['type'] === 'step-finished' && event['step'] === step) killed.abort();
    },
  });
}

it('names releases, CRDs, namespaces and the folder of a killed run, and the lines that it prints remove them', async () => {
  const before = await objects();
  await killAfter('sample-app');
  expect((await objects()).length).toBeGreaterThan(before.length);
  const told = await leftovers();
  expect(told.exitCode).toBe(1);
  expect(told.text).toContain('release sample-app of namespace sample-app in context canary-lab');
  expect(told.text).toContain('CRD rollouts.argoproj.io in context canary-lab');
  expect(told.text).toContain('namespace ingress-nginx in context canary-lab');
  for (const line of told.lines) {
    const [program, ...args] = line.split(' ');
    if (program === 'rm') await rm(path.join(kept.place.folder, args.at(-1)!), { recursive: true });
    else {
      const { exitCode, all } = await execa(program!, args, {
        cwd: kept.place.folder,
        env: kept.shell,
        extendEnv: false,
        reject: false,
        all: true,
      });
      expect(exitCode, `${line}\n${all}`).toBe(0);
    }
  }
  await expect.poll(objects, { timeout: 60_000 }).toEqual(before);
  expect(await leftovers()).toMatchObject({ exitCode: 0, text: '✔ nothing is left of earlier runs' });
}, 240_000);

it('keeps the folder that tells of them when the cluster does not answer any more at the end', async () => {
  const { place, shell } = kept;
  const gone = await place.run(['lab', '--cluster', 'existing', '--json'], {
    env: { KUBECONFIG: shell['KUBECONFIG']! },
    onEvent: async (event) => {
      if (event['type'] === 'step-finished' && event['step'] === 'ingress-nginx') await place.run(['cluster', 'down']);
    },
  });
  expect(gone.exitCode).not.toBe(0);
  expect(gone.stderr).toMatch(/Could not undo "what the run installed into "canary-lab""/);
  expect(gone.stderr).toContain('Next: npm run doctor -- --leftovers');
  const told = await leftovers();
  expect(told.text).toContain('release ingress-nginx of namespace ingress-nginx in context canary-lab');
  const folder = told.lines.at(-1)!.replace('rm -r ', '');
  expect(existsSync(path.join(place.folder, folder, 'made.json'))).toBe(true);
}, 240_000);
