import type { Clock } from '../../base/clock.ts';
import type { Container, LifecycleHandler } from '../../kube/generated/types.ts';
import type { ClusterNetwork } from '../network/cluster-network.ts';
import { httpOverDial } from '../network/http-over-dial.ts';
import type { RunningContainer } from './container-runtime.ts';
import { httpUrl } from './probe.ts';
import { untilAborted } from './until-aborted.ts';

/** Runs a postStart or preStop hook. Rejects with the hook's failure, or with the signal's reason. */
export async function runHook(
  hook: LifecycleHandler,
  container: RunningContainer,
  spec: Container,
  podIp: string,
  deps: { clock: Clock; network: ClusterNetwork },
  signal: AbortSignal,
): Promise<void> {
  if (hook.sleep !== undefined) return deps.clock.sleep((hook.sleep.seconds ?? 0) * 1000, signal);
  if (hook.exec !== undefined) {
    const command = hook.exec.command ?? [];
    const exitCode = await untilAborted(container.exec(command, { stdin: undefined, stdout: () => {}, stderr: () => {}, signal }), signal);
    if (exitCode !== 0) throw new Error(`command '${command.join(' ')}' exited with ${exitCode}: `);
    return;
  }
  if (hook.httpGet === undefined) return;
  const url = httpUrl(hook.httpGet, podIp, spec);
  if (url === undefined) throw new Error(`couldn't find port: ${String(hook.httpGet.port)}`);
  await httpOverDial(url, (host, port, abort) => deps.network.dial(host, port, abort ? { signal: abort } : {}), { signal });
}
