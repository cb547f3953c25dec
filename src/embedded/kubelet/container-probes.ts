import type { Container, Probe } from '../../kube/generated/types.ts';
import type { RunningContainer } from './container-runtime.ts';
import type { KubeletDeps } from './kubelet-deps.ts';
import { type ProbeTarget, probeOnce, probePort } from './probe.ts';
import { runProbe } from './probe-schedule.ts';
import { untilAborted } from './until-aborted.ts';

/** What the probes of one run have found out. */
export interface ProbeReport {
  unhealthy(kind: 'Startup' | 'Readiness' | 'Liveness', output: string): void;
  /** The startup probe has succeeded. */
  started(): void;
  ready(isReady: boolean): void;
  restart(kind: 'startup' | 'liveness', probe: Probe): void;
}

/** Runs the startup probe, and once that has succeeded the readiness and liveness probes, until the signal aborts. */
export async function runProbes(
  spec: Container,
  container: RunningContainer,
  podIp: string,
  isStandIn: boolean,
  report: ProbeReport,
  deps: KubeletDeps,
  signal: AbortSignal,
): Promise<void> {
  const target: ProbeTarget = {
    podIp,
    container: spec,
    dial: (host, port, abort) =>
      deps.network.dial(host === 'localhost' || host === '127.0.0.1' ? podIp : host, port, abort ? { signal: abort } : {}),
    async exec(argv, abort) {
      let output = '';
      const collect = (chunk: Uint8Array | string): void => {
        output += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      };
      const exitCode = await untilAborted(
        container.exec(argv, { stdin: undefined, stdout: collect, stderr: collect, signal: abort }),
        abort,
      );
      return { exitCode, output };
    },
  };
  const listening = ({ httpGet, tcpSocket }: Probe): Promise<void> | undefined => {
    const action = httpGet ?? tcpSocket;
    const port = action === undefined || action.host !== undefined ? undefined : probePort(action.port, spec);
    return port === undefined ? undefined : container.listening(port);
  };
  const watch = (kind: 'Startup' | 'Readiness' | 'Liveness', probe: Probe, onVerdict: (isSuccess: boolean) => boolean): Promise<void> =>
    runProbe(
      probe,
      (abort) => (isStandIn && isBeyondStandIn(probe) ? Promise.resolve({ success: true }) : probeOnce(probe, target, abort)),
      listening(probe),
      { onFailure: (output) => report.unhealthy(kind, output), onVerdict },
      deps,
      signal,
    );

  const { startupProbe, readinessProbe, livenessProbe } = spec;
  if (startupProbe !== undefined) {
    let hasStarted = false;
    await watch('Startup', startupProbe, (isSuccess) => {
      hasStarted = isSuccess;
      if (!isSuccess) report.restart('startup', startupProbe);
      return false;
    });
    if (!hasStarted || signal.aborted) return;
    report.started();
  }
  await Promise.all([
    readinessProbe &&
      watch('Readiness', readinessProbe, (isSuccess) => {
        report.ready(isSuccess);
        return true;
      }),
    livenessProbe &&
      watch('Liveness', livenessProbe, (isSuccess) => {
        if (!isSuccess) report.restart('liveness', livenessProbe);
        return isSuccess;
      }),
  ]);
}

/** A stand-in has no programs, certificates or gRPC services of the image it stands for: such probes find it well. */
function isBeyondStandIn({ exec, grpc, httpGet }: Probe): boolean {
  return exec !== undefined || grpc !== undefined || httpGet?.scheme === 'HTTPS';
}
