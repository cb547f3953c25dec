import type { Socket } from 'node:net';
import type { Endpoint } from '../endpoints.ts';
import { FieldMemory } from './header-fields.ts';
import { SocketOutput, type WriteBatch } from './socket-output.ts';

/** Opens a connection to a Pod; resolves when it is established and rejects with Node's error codes. */
export type Connect = (ip: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** Who uses an upstream connection at the moment. */
export interface UpstreamUser {
  onUpstreamData(chunk: Buffer): void;
  onUpstreamDrain(): void;
  /** The connection is gone; `isClean` when the Pod ended it without an error. */
  onUpstreamClose(isClean: boolean): void;
}

export class UpstreamConnection {
  readonly socket: Socket;
  readonly output: SocketOutput;
  readonly address: string;
  readonly fieldMemory = new FieldMemory();
  user: UpstreamUser | undefined;
  idleSinceMs = 0;
  hasEnded = false;

  constructor(socket: Socket, address: string, batch: WriteBatch) {
    this.socket = socket;
    this.output = new SocketOutput(socket, batch);
    this.address = address;
  }

  destroy(): void {
    this.user = undefined;
    this.socket.destroy();
  }
}

/** Keep-alive connections to Pods, most recently used first. Those of endpoints that left the configuration are closed when idle. */
export class UpstreamPool {
  readonly #connect: Connect;
  readonly #nowMs: () => number;
  readonly #batch: WriteBatch;
  readonly #maxIdle: number;
  readonly #idleTimeoutMs: number;
  readonly #idle = new Map<string, UpstreamConnection[]>();
  readonly #open = new Set<UpstreamConnection>();
  #idleCount = 0;
  #wanted: ReadonlySet<string> = new Set();

  constructor(options: { connect: Connect; nowMs: () => number; batch: WriteBatch; maxIdle: number; idleTimeoutMs: number }) {
    this.#connect = options.connect;
    this.#nowMs = options.nowMs;
    this.#batch = options.batch;
    this.#maxIdle = options.maxIdle;
    this.#idleTimeoutMs = options.idleTimeoutMs;
  }

  get idleCount(): number {
    return this.#idleCount;
  }

  takeIdle(address: string): UpstreamConnection | undefined {
    const stack = this.#idle.get(address);
    for (let connection = stack?.pop(); connection !== undefined; connection = stack?.pop()) {
      this.#idleCount -= 1;
      if (!connection.socket.destroyed && !connection.hasEnded) return connection;
    }
    return undefined;
  }

  async open(endpoint: Endpoint, signal: AbortSignal): Promise<UpstreamConnection> {
    const socket = await this.#connect(endpoint.ip, endpoint.port, signal);
    if (signal.aborted) {
      socket.on('error', () => {});
      socket.destroy();
    }
    const connection = new UpstreamConnection(socket, endpoint.address, this.#batch);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      if (connection.user === undefined) this.#forget(connection);
      else connection.user.onUpstreamData(chunk);
    });
    socket.on('drain', () => connection.user?.onUpstreamDrain());
    socket.on('end', () => {
      connection.hasEnded = true;
      this.#closed(connection, true);
    });
    socket.on('error', () => this.#closed(connection, false));
    socket.on('close', () => this.#closed(connection, false));
    this.#open.add(connection);
    return connection;
  }

  /** Takes a connection back after a complete answer. */
  release(connection: UpstreamConnection): void {
    connection.user = undefined;
    if (connection.socket.destroyed || connection.hasEnded) return;
    if (!this.#wanted.has(connection.address) || this.#idleCount >= this.#maxIdle) {
      connection.socket.destroy();
      return;
    }
    connection.idleSinceMs = this.#nowMs();
    const stack = this.#idle.get(connection.address);
    if (stack === undefined) this.#idle.set(connection.address, [connection]);
    else stack.push(connection);
    this.#idleCount += 1;
  }

  /** Closes idle connections to all other addresses, and later those that come back from them. */
  retain(addresses: ReadonlySet<string>): void {
    this.#wanted = addresses;
    for (const [address, stack] of this.#idle) {
      if (addresses.has(address)) continue;
      this.#idle.delete(address);
      this.#idleCount -= stack.length;
      for (const connection of stack) connection.destroy();
    }
  }

  /** Closes connections that were idle for too long. */
  sweep(nowMs: number): void {
    for (const stack of this.#idle.values()) {
      // Connections are pushed in order of time, so the oldest are in front.
      while (stack.length > 0 && nowMs - stack[0]!.idleSinceMs >= this.#idleTimeoutMs) {
        stack.shift()!.destroy();
        this.#idleCount -= 1;
      }
    }
  }

  close(): void {
    this.retain(new Set());
    for (const connection of this.#open) connection.socket.destroy();
  }

  #closed(connection: UpstreamConnection, isClean: boolean): void {
    const { user } = connection;
    connection.user = undefined;
    if (user === undefined) this.#forget(connection);
    else {
      this.#open.delete(connection);
      user.onUpstreamClose(isClean);
    }
    if (!isClean || user === undefined) connection.socket.destroy();
  }

  /** Drops a connection that nobody uses: it ended, or spoke without being asked. */
  #forget(connection: UpstreamConnection): void {
    this.#open.delete(connection);
    const stack = this.#idle.get(connection.address);
    const at = stack?.indexOf(connection) ?? -1;
    if (at >= 0) {
      stack!.splice(at, 1);
      this.#idleCount -= 1;
    }
    connection.socket.destroy();
  }
}
