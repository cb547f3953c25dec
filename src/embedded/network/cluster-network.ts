import type { Server, Socket } from 'node:net';

/** One listening port of a Pod. */
export interface PodListener {
  /** Stops accepting; connections that are open stay open. */
  close(): void;
  /** Ends every accepted connection: `gracefully` after what is written has left (the program ended), else with a reset (it was killed). */
  endConnections(gracefully: boolean): void;
}

/**
 * Addresses of the cluster. Pod and Service addresses exist only in here: each listening container port is one listener on
 * 127.0.0.1 with a port of the system's choice, and `dial` finds it, so that the model is the same on every system.
 */
export interface ClusterNetwork {
  /** Takes a free address of the node's part of the Pod range (the first node's without one): `former` if it still is one. */
  allocatePodIp(node?: string, former?: string): string;
  releasePodIp(ip: string): void;
  /** Takes a free address of the Service range, or exactly `wanted`; throws when that one is taken. */
  allocateServiceIp(wanted?: string): string;
  releaseServiceIp(ip: string): void;
  /**
   * Accepts connections to `ip:port` with `server`; rejects with EADDRINUSE when the Pod listens there already. A `hostPort` is one of the
   * node at `nodeIp`; the port of this machine that stands for it leads to the newest Pod behind it on any node.
   */
  listen(
    ip: string,
    port: number,
    server: Server,
    options?: { hostPort?: number | undefined; nodeIp?: string | undefined },
  ): Promise<PodListener>;
  /**
   * Opens a connection to a Pod address, a Service address (any ready endpoint), or a DNS name (`svc`, `svc.ns`, `svc.ns.svc`,
   * `svc.ns.svc.cluster.local`, `pod-host.svc…` for headless ones; `from` gives the namespace for short names). `clientIp` is
   * what session affinity goes by. Rejects with `ECONNREFUSED` or `ENOTFOUND`.
   */
  dial(host: string, port: number, options?: { fromNamespace?: string; clientIp?: string; signal?: AbortSignal }): Promise<Socket>;
  /** Where `ip:port` of a Pod really listens, for callers that keep their own pools; `undefined` when nothing listens. */
  resolvePod(ip: string, port: number): { host: string; port: number } | undefined;
}
