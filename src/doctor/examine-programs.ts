import type { RunContext } from '../base/run-context.ts';
import { compareVersions, LOWEST, versionIn } from '../cluster/versions.ts';
import { installLine, type ProgramName } from '../tools/program.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { Finding } from './finding.ts';

const VERSION_ARGS = {
  kubectl: ['version', '--client', '--output=json'],
  helm: ['version', '--short'],
  kind: ['version'],
  minikube: ['version', '--short'],
  k6: ['version'],
} as const satisfies Partial<Record<ProgramName, readonly string[]>>;

/** The client programs: whether they are there, tell their version, and suit. */
export async function examinePrograms(tools: Toolbox, platform: NodeJS.Platform, ctx: RunContext): Promise<Finding[]> {
  const names = Object.keys(VERSION_ARGS) as (keyof typeof VERSION_ARGS)[];
  return (await Promise.all(names.map((name) => examineProgram(name, tools, platform, ctx)))).flat();
}

async function examineProgram(
  name: keyof typeof VERSION_ARGS,
  tools: Toolbox,
  platform: NodeJS.Platform,
  ctx: RunContext,
): Promise<Finding[]> {
  const needed = name === 'kubectl' || name === 'helm';
  const finding = (ok: boolean, text: string, next?: string): Finding => ({
    id: name,
    ok,
    needed,
    text,
    ...(next === undefined ? {} : { next }),
  });
  const install = installLine(name, platform);
  const program = await tools.find(name);
  if (program === undefined) return [finding(false, `${name} was not found`, install)];
  const { stdout, exitCode } = await tools.run(name, VERSION_ARGS[name], { signal: ctx.signal, timeoutMs: 10_000 });
  const version = versionIn(stdout);
  if (exitCode !== 0 || version === undefined)
    return [finding(false, `${name} at ${program.path} does not tell its version (exit code ${exitCode})`, install)];
  const place = program.source === 'PATH' ? program.path : 'from npm';
  const lowest = name === 'k6' ? undefined : LOWEST[name];
  if (lowest !== undefined && compareVersions(version, lowest) < 0)
    return [finding(false, `${name} ${version} (${place}) is too old; ${lowest} or newer is needed`, install)];
  const found = [finding(true, `${name} ${version} (${place})`)];
  if (name === 'helm' && compareVersions(version, '4.0.0') >= 0) {
    found.push({
      id: 'helm-4-wait',
      ok: false,
      needed: false,
      text: '"--wait" of Helm 4 never ends for a chart that holds a Rollout; the labs do not use it',
      next: 'Wait with: kubectl argo rollouts status NAME',
    });
  }
  return found;
}
