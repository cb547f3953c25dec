import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClusterProvider } from '../../src/cluster/provider.ts';
import { EmbeddedProvider } from '../../src/cluster/providers/embedded.ts';
import { ExistingProvider } from '../../src/cluster/providers/existing.ts';
import { K3sProvider } from '../../src/cluster/providers/k3s.ts';
import { KindProvider } from '../../src/cluster/providers/kind.ts';
import { MinikubeProvider } from '../../src/cluster/providers/minikube.ts';
import { examine, renderFindings } from '../../src/doctor/doctor.ts';
import { listeningInodes, type Machine } from '../../src/doctor/machine.ts';
import { FakeMachine, type FakeProgram } from '../support/fake-machine.ts';
import { projectRoot } from '../support/workplace.ts';

let on: FakeMachine;
afterEach(async () => {
  await on?.remove();
});

const plain: Machine = {
  platform: 'linux',
  arch: 'x64',
  nodeVersion: 'v26.10.0',
  kernel: '6.1.0-25-amd64',
  readText: async (file) =>
    ({ '/proc/sys/fs/inotify/max_user_instances': '1024\n', '/proc/sys/fs/inotify/max_user_watches': '1048576\n' })[file],
  isPortFree: async () => true,
  portOwner: async () => undefined,
  processes: async () => [],
};

function providersOf(machine: FakeMachine): ClusterProvider[] {
  const shared = { tools: machine.toolbox(), logsFolder: path.join(machine.folder, 'logs'), progress: () => {} };
  const launcher = {
    missing: async () => undefined,
    start: async () => {
      throw new Error('the doctor starts nothing');
    },
  };
  return [
    new EmbeddedProvider([]),
    new KindProvider({ ...shared, configFile: path.join(projectRoot, 'kind', 'cluster.yaml') }),
    new MinikubeProvider(shared),
    new K3sProvider({ ...shared, launcher }),
    new ExistingProvider({ ...shared, confirm: async () => false }),
  ];
}

const all: FakeProgram[] = ['docker', 'kind', 'minikube', 'kubectl', 'helm', 'k6'];
const machines: Record<
  string,
  { programs: FakeProgram[]; env?: Record<string, string>; machine?: Partial<Machine>; exitCode: number; folder?: string }
> = {
  bare: { programs: [], exitCode: 2 },
  everything: { programs: all, exitCode: 0 },
  'port-80-taken': {
    programs: all,
    machine: { isPortFree: async (port) => port !== 80, portOwner: async () => 'nginx (process 812)' },
    exitCode: 0,
  },
  'port-80-taken-on-macos': {
    programs: all,
    machine: { platform: 'darwin', arch: 'arm64', readText: async () => undefined, isPortFree: async (port) => port !== 80 },
    exitCode: 0,
  },
  'cgroup-v1': { programs: all, env: { FAKE_DOCKER: 'cgroup-v1' }, exitCode: 0 },
  'helm-4': { programs: all, env: { FAKE_HELM: 'helm4' }, exitCode: 0 },
  'no-kubectl': { programs: all.filter((name) => name !== 'kubectl'), exitCode: 2 },
  'kubeconfig-missing': { programs: ['kubectl', 'helm'], env: { KUBECONFIG: '/nowhere/config' }, exitCode: 0 },
  'old-programs': { programs: all, env: { FAKE_KUBECTL: 'too-old', FAKE_KIND: 'too-old', FAKE_MINIKUBE: 'too-old' }, exitCode: 2 },
  'small-engine': { programs: all, env: { FAKE_DOCKER: 'small' }, exitCode: 0 },
  rootless: { programs: all, env: { FAKE_DOCKER: 'rootless' }, exitCode: 0 },
  'engine-stopped': { programs: all, env: { FAKE_DOCKER: 'no-daemon' }, exitCode: 0 },
  'wsl-behind-a-proxy': {
    programs: ['kubectl', 'helm'],
    env: { HTTPS_PROXY: 'http://user:secret@proxy.example:3128', NODE_EXTRA_CA_CERTS: '/etc/ca.pem' },
    exitCode: 0,
    folder: '/mnt/c/work',
    machine: { kernel: '5.15.153.1-microsoft-standard-WSL2', readText: async (file) => (file.includes('instances') ? '128\n' : undefined) },
  },
};

describe('doctor', () => {
  it.each(Object.entries(machines))(
    'tells what the machine "%s" can run and what to type',
    async (name, { programs, env, machine, exitCode, folder }) => {
      on = await FakeMachine.with(programs, env);
      const findings = await examine(
        {
          tools: on.toolbox(),
          providers: providersOf(on),
          machine: { ...plain, ...machine },
          plugin: { version: 'v1.9.0+canary-lab', program: 'PROJECT/bin/kubectl-argo-rollouts.js' },
        },
        { ...on.context(), workingDirectory: folder ?? on.folder },
      );
      const text = renderFindings(findings).replaceAll(on.folder, 'FOLDER');
      expect(text).not.toContain('secret');
      await expect(text).toMatchFileSnapshot(`golden/doctor-${name}.txt`);
      expect(findings.some(({ ok, needed }) => needed && !ok) ? 2 : 0).toBe(exitCode);
      // Everything that is not as it should be has a line to type.
      expect(findings.filter(({ ok, next, id }) => !ok && next === undefined && !id.startsWith('port-'))).toEqual([]);
      expect(await on.exists()).toEqual([]);
    },
  );
});

it("finds the sockets that listen on a port in the kernel's table", () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0',
    '   1: 0100007F:0050 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1',
    '   2: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0',
  ].join('\n');
  expect([...listeningInodes(table, 80)]).toEqual(['4711']);
  expect([...listeningInodes(table, 8080)]).toEqual(['4713']);
  expect([...listeningInodes(table, 443)]).toEqual([]);
});
