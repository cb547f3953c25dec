import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import type { Configuration } from '../configuration.ts';
import { createRouter } from '../route-request.ts';
import { UserPatterns } from '../user-patterns.ts';
import type { AccessRecord } from './access-record.ts';
import { Balancer } from './balancer.ts';
import { ClientConnection } from './client-connection.ts';
import { oncePerTurn } from './once-per-turn.ts';
import type { ProxyLimits, ProxyServices } from './proxy-services.ts';
import { DEFAULT_HEAD_LIMITS } from './request-head.ts';
import { WriteBatch } from './socket-output.ts';
import { type Connect, UpstreamPool } from './upstream-pool.ts';

export const DEFAULT_PROXY_LIMITS: ProxyLimits = {
  ...DEFAULT_HEAD_LIMITS,
  headerTimeoutMs: 60_000,
  bodyTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  keepAliveRequests: 1000,
  sendTimeoutMs: 60_000,
  lingerMs: 5000,
  replayBytes: 65_536,
};

export interface IngressProxyOptions {
  connect: Connect;
  /** Cluster time: the Date header and the log. */
  clock: Clock;
  /** Every timeout of a socket. */
  hostClock: Clock;
  /** One draw for each request that the weight decides; identifiers use a sequence of their own. */
  random: Random;
  onAccess?: (record: AccessRecord) => void;
  limits?: Partial<ProxyLimits>;
}

/** What a ConfigMap of the controller may change in the proxy itself. */
export interface ProxySettings {
  redirectCode?: number;
  trustsForwarded?: boolean;
  hsts?: string | undefined;
}

const LAST_DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** How often timeouts are looked at; they are late by at most this. */
const SWEEP_MS = 500;

/**
 * A reverse proxy for HTTP/1.1 that applies a `Configuration`. It opens no listener: sockets are handed to `accept`, and Pods
 * are reached through `connect`. A new configuration is in force for the next request at once; requests under way keep theirs.
 */
export class IngressProxy {
  readonly #services: ProxyServices;
  readonly #hostClock: Clock;
  readonly #connections = new Set<ClientConnection>();
  #configuration: Configuration = { servers: new Map(), upstreams: new Map(), patterns: new UserPatterns(), warnings: [] };
  #sweeper: Timer | undefined;
  #whenEmpty: (() => void)[] = [];
  #isClosed = false;

  constructor(options: IngressProxyOptions) {
    const { clock, hostClock, random } = options;
    this.#hostClock = hostClock;
    const ids = seededRandom(random.below(2 ** 31));
    const word = (): string =>
      ids
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0');
    const freshCookie = (): string => word() + word() + word() + word();
    // Request identifiers must differ, not surprise: drawing each of them anew was the dearest line of the proxy.
    const idPrefix = word() + word() + word();
    let lastId = ids.below(2 ** 32);
    let leadingDigits = '';
    const freshId = (): string => {
      lastId = (lastId + 1) >>> 0;
      if (leadingDigits === '' || (lastId & 0xff) === 0) leadingDigits = idPrefix + (lastId >>> 8).toString(16).padStart(6, '0');
      return leadingDigits + LAST_DIGITS[lastId & 0xff];
    };
    let dateSecond = -1;
    let dateLine = '';
    const batch = new WriteBatch();
    const nowMs = oncePerTurn(hostClock);
    const clusterNowMs = oncePerTurn(clock);
    this.#services = {
      router: () => {
        throw new Error('The proxy has no configuration yet.');
      },
      endpointsOf: (name) => this.#configuration.upstreams.get(name)?.endpoints,
      pool: new UpstreamPool({ connect: options.connect, nowMs, batch, maxIdle: 320, idleTimeoutMs: 60_000 }),
      balancer: new Balancer(freshCookie),
      batch,
      nowMs,
      clusterNowMs,
      limits: { ...DEFAULT_PROXY_LIMITS, ...options.limits },
      isDraining: false,
      trustsForwarded: false,
      hstsHeader: '',
      draw: (total) => random.below(total) + 1,
      freshId,
      dateLine: () => {
        const second = Math.floor(clusterNowMs() / 1000);
        if (second !== dateSecond) {
          dateSecond = second;
          dateLine = `Date: ${new Date(second * 1000).toUTCString()}`;
        }
        return dateLine;
      },
      onAccess: options.onAccess,
    };
  }

  get configuration(): Configuration {
    return this.#configuration;
  }
  get openConnections(): number {
    return this.#connections.size;
  }

  /** Puts a configuration in force. */
  apply(configuration: Configuration, settings: ProxySettings = {}): void {
    const services = this.#services;
    services.router = createRouter(configuration, settings.redirectCode === undefined ? {} : { redirectCode: settings.redirectCode });
    services.trustsForwarded = settings.trustsForwarded ?? false;
    services.hstsHeader = `Strict-Transport-Security: ${settings.hsts ?? 'max-age=15724800; includeSubDomains'}\r\n`;
    if (settings.hsts === '') services.hstsHeader = '';
    this.#configuration = configuration;
    services.balancer.retain(configuration.upstreams);
    const addresses = new Set<string>();
    for (const upstream of configuration.upstreams.values()) for (const endpoint of upstream.endpoints) addresses.add(endpoint.address);
    services.pool.retain(addresses);
  }

  /** Serves a connected socket. `listenPort` is what X-Forwarded-Port says. */
  accept(socket: Socket, listener: { isHttps: boolean; listenPort: number }): void {
    if (this.#isClosed) {
      socket.destroy();
      return;
    }
    this.#connections.add(
      new ClientConnection(socket, listener, this.#services, (connection) => {
        this.#connections.delete(connection);
        if (this.#connections.size > 0) return;
        for (const wake of this.#whenEmpty.splice(0)) wake();
      }),
    );
    this.#arm();
  }

  /**
   * Ends gracefully: answers from now on close their connection, idle ones get `idleGraceMs` of host time to send one more
   * request, and the promise resolves when no connection is left or the signal aborts. New connections are still served, each
   * for one request; `close` ends that. Connections that stay idle are closed, or given to `takeIdle` for another to serve.
   */
  async drain(idleGraceMs: number, signal?: AbortSignal, takeIdle?: (socket: Socket) => void): Promise<void> {
    this.#services.isDraining = true;
    await this.#hostClock.sleep(this.#connections.size > 0 ? idleGraceMs : 0, signal).catch(() => {});
    for (const connection of this.#connections) {
      if (!connection.isIdle) continue;
      if (takeIdle === undefined) connection.destroy();
      else takeIdle(connection.release());
    }
    if (this.#connections.size > 0 && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        this.#whenEmpty.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Cuts everything. */
  close(): void {
    this.#isClosed = true;
    this.#sweeper?.cancel();
    for (const connection of this.#connections) connection.destroy();
    this.#services.pool.close();
  }

  #arm(): void {
    this.#sweeper ??= this.#hostClock.after(SWEEP_MS, () => {
      this.#sweeper = undefined;
      const nowMs = this.#hostClock.nowMs();
      for (const connection of this.#connections) connection.sweep(nowMs);
      this.#services.pool.sweep(nowMs);
      if (!this.#isClosed && (this.#connections.size > 0 || this.#services.pool.idleCount > 0)) this.#arm();
    });
  }
}
