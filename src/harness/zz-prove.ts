import path from 'node:path';
import lab from '../../labs/02-automated-canary/lab.ts';
import { Cleanup } from '../base/cleanup.ts';
import { hostClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { seededRandom } from '../base/random.ts';
import { connect } from '../client/connect.ts';
import { readClusterInfo } from '../cluster/cluster-info.ts';
import { Toolbox } from '../tools/toolbox.ts';
import { proveChecks } from './prove-checks.ts';
import { runLab } from './run-lab.ts';
const kubeconfig = process.argv[2]!;
const connection = await connect({ kubeconfig, env: process.env, clock: hostClock });
const info = (await readClusterInfo(connection.api, new AbortController().signal))!;
const wd = process.cwd();
const tmp = '/tmp/prove';
const tools = new Toolbox({ clock: hostClock, env: process.env, cacheDirectory: path.join(wd, '.canary-lab/cache'), workingDirectory: wd, pathFirst: [process.argv[3]!], programEnv: { KUBECONFIG: kubeconfig, HELM_CACHE_HOME: tmp + '/c', HELM_CONFIG_HOME: tmp + '/h', HELM_DATA_HOME: tmp + '/d' } });
const ctx = { clock: hostClock, random: seededRandom(1), log: silentLog, signal: AbortSignal.timeout(100_000), cleanup: new Cleanup(), env: process.env, workingDirectory: wd };
const argo = { namespace: 'argo-rollouts', name: 'argo-rollouts' };
let proven = 0;
const report = await runLab(lab, {
  cluster: { provider: 'existing', name: 'x', kubeconfig, context: undefined, kubernetesVersion: 'x', delete: async () => {}, ...info } as never,
  api: connection.api, tools, ctx, lang: 'en', seed: 1, checkTimeoutMs: 15_000,
  onEvent: (e) => { if (e.type === 'check-failed') console.log('FAILED', e.step, e.check, JSON.stringify(e.result)); if (e.type === 'step-started') console.log(e.step); },
  afterChecks: async (_s, checks, c) => { for (const p of await proveChecks(checks, c, [argo])) { if (p.proven) proven++; else console.log('  UNPROVEN', p.check, p.why); } },
});
console.log(report.outcome, proven);
process.exit(0);
