import type { Socket } from 'node:net';
import type { Pod } from '../../kube/generated/types.ts';

export interface LogOptions {
  follow?: boolean;
  previous?: boolean;
  tailLines?: number;
  sinceMs?: number;
  timestamps?: boolean;
  limitBytes?: number;
}
export interface ExecStreams {
  stdin: AsyncIterable<Uint8Array> | undefined;
  stdout(chunk: Uint8Array | string): void;
  stderr(chunk: Uint8Array | string): void;
  signal: AbortSignal;
}

/** What the containers of a Pod used on average over a window of time that ended at `atMs`. */
export interface PodUsage {
  atMs: number;
  windowMs: number;
  containers: { name: string; cpuMillicores: number; memoryBytes: number }[];
}

/** What the API server asks of the node a Pod runs on (a kubelet's own server in upstream). `cluster.ts` supplies it. */
export interface NodeAgent {
  /** Log text in chunks, each whole lines. Throws BadRequest with the kubelet's texts when there is none to give. */
  logs(pod: Pod, container: string, options: LogOptions, signal: AbortSignal): AsyncIterable<string>;
  /** Runs `argv` in the container and resolves with its exit code. Throws BadRequest when the container does not run. */
  exec(pod: Pod, container: string, argv: readonly string[], streams: ExecStreams): Promise<number>;
  /** `undefined` while one of the running containers has not been measured yet, or none runs. */
  usage(pod: Pod): PodUsage | undefined;
}

/** Opens a connection to an address of the cluster: webhooks and port-forward. `cluster.ts` supplies it. */
export interface Dialer {
  /** `host` is a Pod or Service address or a cluster DNS name. Rejects with an Error whose `code` is as Node's (`ECONNREFUSED`). */
  dial(host: string, port: number, signal?: AbortSignal): Promise<Socket>;
}
