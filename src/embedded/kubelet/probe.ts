import type { Socket } from 'node:net';
import { messageOf } from '../../base/errors.ts';
import type { Container, HTTPGetAction, IntOrString, Probe } from '../../kube/generated/types.ts';
import { httpOverDial } from '../network/http-over-dial.ts';

export type ProbeResult = { success: true } | { success: false; output: string };

/** What one attempt may use. */
export interface ProbeTarget {
  podIp: string;
  container: Container;
  dial(host: string, port: number, signal?: AbortSignal): Promise<Socket>;
  exec(argv: readonly string[], signal: AbortSignal): Promise<{ exitCode: number; output: string }>;
}

/** A port by number or by the name of one of the container's ports; `undefined` when there is no such port. */
export function probePort(port: IntOrString, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  return container.ports?.find(({ name }) => name === port)?.containerPort ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

export function httpUrl(action: HTTPGetAction, podIp: string, container: Container): string | undefined {
  const port = probePort(action.port, container);
  if (port === undefined) return undefined;
  const path = action.path ?? '/';
  return `${(action.scheme ?? 'HTTP').toLowerCase()}://${action.host ?? podIp}:${port}${path.startsWith('/') ? path : `/${path}`}`;
}

/** Probes once. `signal` aborts at the probe's timeout. Never rejects; the output is what the kubelet's Unhealthy event prints. */
export async function probeOnce(probe: Probe, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  if (probe.httpGet !== undefined) return probeHttp(probe.httpGet, target, signal);
  if (probe.tcpSocket !== undefined) {
    const port = probePort(probe.tcpSocket.port, target.container);
    const host = probe.tcpSocket.host ?? target.podIp;
    if (port === undefined) return { success: false, output: `couldn't find port: ${String(probe.tcpSocket.port)}` };
    try {
      (await target.dial(host, port, signal)).destroy();
      return { success: true };
    } catch (error) {
      return { success: false, output: dialText(error, host, port, signal) };
    }
  }
  if (probe.exec !== undefined) {
    try {
      const { exitCode, output } = await target.exec(probe.exec.command ?? [], signal);
      return exitCode === 0 ? { success: true } : { success: false, output };
    } catch (error) {
      return {
        success: false,
        output: signal.aborted ? `command timed out: ${JSON.stringify((probe.exec.command ?? []).join(' '))}` : messageOf(error),
      };
    }
  }
  return { success: false, output: 'grpc probes are not modelled' };
}

async function probeHttp(action: HTTPGetAction, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  const url = httpUrl(action, target.podIp, target.container);
  if (url === undefined) return { success: false, output: `couldn't find port: ${String(action.port)}` };
  const headers = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  try {
    const response = await httpOverDial(url, target.dial, {
      headers: { 'user-agent': 'kube-probe/1.34', accept: '*/*', ...headers },
      signal,
      maxBodyBytes: 10_240,
    });
    return response.status >= 200 && response.status < 400
      ? { success: true }
      : { success: false, output: `HTTP probe failed with statuscode: ${response.status}` };
  } catch (error) {
    const { hostname, port, protocol } = new URL(url);
    const why = signal.aborted
      ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
      : dialText(error, hostname, Number(port || (protocol === 'https:' ? 443 : 80)), signal);
    return { success: false, output: `Get "${url}": ${why}` };
  }
}

/** A failed connection in Go's words. */
function dialText(error: unknown, host: string, port: number, signal: AbortSignal): string {
  if (signal.aborted) return `dial tcp ${host}:${port}: i/o timeout`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return `dial tcp ${host}:${port}: connect: connection refused`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${host}: no such host`;
  if (code === 'ECONNRESET') return `read tcp ${host}:${port}: read: connection reset by peer`;
  return messageOf(error);
}
