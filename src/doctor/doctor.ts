import { createServer } from 'node:net';
import type { RunContext } from '../base/run-context.ts';
import type { ClusterProvider } from '../cluster/provider.ts';
import { installLine, type ProgramName } from '../tools/program.ts';
import type { Toolbox } from '../tools/toolbox.ts';

/** One thing that was looked at. `next` is the line to type when it is not as it should be. */
export interface Finding { id: string; ok: boolean; needed: boolean; text: string; next?: string | undefined }

const VERSION_ARGS: Partial<Record<ProgramName, readonly string[]>> = {
  kubectl: ['version', '--client', '--output=json'], helm: ['version', '--short'], kind: ['version'], minikube: ['version', '--short'], k6: ['version'],
};

/** What this machine can run. Starts nothing that stays and changes nothing. */
export async function examine(deps: { tools: Toolbox; providers: readonly ClusterProvider[] }, ctx: RunContext): Promise<Finding[]> {
  const programs = await Promise.all((['kubectl', 'helm', 'kind', 'minikube', 'k6'] as const).map((name) => examineProgram(name, deps.tools, ctx)));
  const clusters = await Promise.all(deps.providers.map(async (provider): Promise<Finding> => {
    const detection = await provider.detect(ctx);
    return detection.usable
      ? { id: `cluster-${provider.name}`, ok: true, needed: false, text: `--cluster ${provider.name}: ${detection.detail}` }
      : { id: `cluster-${provider.name}`, ok: false, needed: false, text: `--cluster ${provider.name}: ${detection.why}`, next: detection.next };
  }));
  const isPortFree = await portIsFree(8080);
  return [
    { id: 'node', ok: true, needed: true, text: `Node ${process.version} on ${process.platform}-${process.arch}` },
    ...programs,
    { id: 'port-8080', ok: isPortFree, needed: false, text: isPortFree ? 'port 8080 is free for the ingress' : 'port 8080 is taken: the ingress of an embedded cluster will take the next free port' },
    ...clusters,
  ];
}

async function examineProgram(name: ProgramName, tools: Toolbox, ctx: RunContext): Promise<Finding> {
  const isNeeded = name === 'kubectl' || name === 'helm';
  const program = await tools.find(name);
  if (program === undefined) return { id: name, ok: false, needed: isNeeded, text: `${name} was not found`, next: installLine(name, process.platform) };
  const { stdout, exitCode } = await tools.run(name, VERSION_ARGS[name] ?? ['--version'], { signal: ctx.signal, timeoutMs: 10_000 });
  const version = stdout.match(/v?\d+\.\d+\.\d+[\w.+-]*/)?.[0];
  if (exitCode !== 0 || version === undefined) return { id: name, ok: false, needed: isNeeded, text: `${name} at ${program.path} does not tell its version (exit code ${exitCode})`, next: installLine(name, process.platform) };
  return { id: name, ok: true, needed: isNeeded, text: `${name} ${version} (${program.source === 'PATH' ? program.path : 'from npm'})` };
}

function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
