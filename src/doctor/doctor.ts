import type { RunContext } from '../base/run-context.ts';
import type { ClusterProvider } from '../cluster/provider.ts';
import { INGRESS_NGINX_NOTICE } from '../cluster/versions.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { examineEngine } from './examine-engine.ts';
import { examineEnvironment, examineLimits, examinePorts, examineWsl } from './examine-host.ts';
import { examinePrograms } from './examine-programs.ts';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** What this machine can run. Starts nothing that stays and changes nothing. */
export async function examine(
  deps: { tools: Toolbox; providers: readonly ClusterProvider[]; machine: Machine; plugin: { version: string; program: string } },
  ctx: RunContext,
): Promise<Finding[]> {
  const { tools, machine } = deps;
  const [programs, engine, ports, limits, clusters] = await Promise.all([
    examinePrograms(tools, machine.platform, ctx),
    examineEngine(tools, ctx),
    examinePorts(machine),
    examineLimits(machine),
    Promise.all(
      deps.providers.map(async (provider): Promise<Finding> => {
        const detection = await provider.detect(ctx);
        return detection.usable
          ? { id: `cluster-${provider.name}`, ok: true, needed: false, text: `--cluster ${provider.name}: ${detection.detail}` }
          : {
              id: `cluster-${provider.name}`,
              ok: false,
              needed: false,
              text: `--cluster ${provider.name}: ${detection.why}`,
              next: detection.next,
            };
      }),
    ),
  ]);
  return [
    { id: 'node', ok: true, needed: true, text: `Node ${machine.nodeVersion} on ${machine.platform}-${machine.arch}` },
    ...programs,
    {
      id: 'plugin',
      ok: true,
      needed: true,
      text: `kubectl argo rollouts ${deps.plugin.version} (${deps.plugin.program}; labs find it by themselves)`,
    },
    ...engine,
    ...limits,
    ...ports,
    ...examineEnvironment(ctx.env),
    ...examineWsl(machine, ctx.workingDirectory),
    ...clusters,
    { id: 'ingress-nginx', ok: true, needed: false, text: INGRESS_NGINX_NOTICE },
  ];
}

/** The findings as one block that can be pasted into a report. */
export function renderFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ ok, needed, text, next }) => `${ok ? '✔' : needed ? '✖' : '•'} ${text}\n${next === undefined ? '' : `    ${next}\n`}`)
    .join('');
}
