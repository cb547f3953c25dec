import type { Endpoint } from '../endpoints.ts';
import type { Router } from '../route-request.ts';
import type { AccessRecord } from './access-record.ts';
import type { Balancer } from './balancer.ts';
import type { HeadLimits } from './request-head.ts';
import type { WriteBatch } from './socket-output.ts';
import type { UpstreamPool } from './upstream-pool.ts';

/** Bounds of the client side, in milliseconds on the host's clock, and counts. */
export interface ProxyLimits extends HeadLimits {
  headerTimeoutMs: number;
  bodyTimeoutMs: number;
  keepAliveTimeoutMs: number;
  keepAliveRequests: number;
  sendTimeoutMs: number;
  /** How long a connection that is being closed still reads what the client sends. */
  lingerMs: number;
  /** Body bytes that are kept to be sent again to another endpoint. */
  replayBytes: number;
}

/** What every connection of one proxy shares. `router` is swapped when the configuration changes. */
export interface ProxyServices {
  router: Router;
  /** The endpoints of an upstream in the configuration of this moment; `undefined` when it is gone. */
  endpointsOf(upstream: string): readonly Endpoint[] | undefined;
  pool: UpstreamPool;
  batch: WriteBatch;
  balancer: Balancer;
  /** The host's time, read once in a turn of the event loop. */
  nowMs(): number;
  /** Cluster time, read once in a turn of the event loop. */
  clusterNowMs(): number;
  limits: ProxyLimits;
  isDraining: boolean;
  trustsForwarded: boolean;
  hstsHeader: string;
  draw(total: number): number;
  /** 32 hexadecimal digits. */
  freshId(): string;
  /** `Date: …` of cluster time. */
  dateLine(): string;
  onAccess: ((record: AccessRecord) => void) | undefined;
}
