import type { Server, Socket } from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';
import type { AcceptedSockets } from './hand-over.ts';
import { listenOnNextFree } from './loopback-listener.ts';

interface Target {
  server: Server;
  sockets: AcceptedSockets;
}
interface HostPort {
  listener: Server;
  port: number;
  targets: Target[];
  /** Connections that wait for the next Pod; absent while none is expected. */
  waiting: Set<Socket> | undefined;
  patience: Timer | undefined;
}

/** How long a connection waits for the Pod that follows the one that has left, in ms of real time. */
const HAND_OVER_MS = 5000;

/** The event of a program's server that returns a connection, as `connection` gives one. */
export const RELEASED = 'released';

/**
 * The node's host ports as this machine sees them. A listener stays open for the cluster's life and gives each connection
 * to the newest Pod behind it, so that a restarted ingress controller takes over without a refused connection while the old
 * Pod finishes what it has. Where two Pods cannot share the host port, the old one leaves before the new one listens: connections
 * of that while wait for it. With no Pod behind it and none expected, a connection is reset.
 */
export class HostPorts {
  readonly #firstPort: Readonly<Record<number, number>>;
  readonly #open = new Map<number, Promise<HostPort>>();
  readonly #hostClock: Clock | undefined;
  #closed = false;

  /** `firstPort` names the port of this machine to try first for a host port, such as 80 → 8080; others keep their number. */
  /** Without a `hostClock` no connection waits. */
  constructor(firstPort: Readonly<Record<number, number>>, hostClock?: Clock) {
    this.#firstPort = firstPort;
    this.#hostClock = hostClock;
  }

  /** Opens every port that has a place, so that the ingress address is known before any Pod asks for it. */
  async openAll(): Promise<void> {
    // One after the other: the choice of free ports must not depend on a race.
    for (const hostPort of Object.keys(this.#firstPort)) await this.#at(Number(hostPort));
  }

  /** Puts `target` in front. The returned function takes it away. */
  async add(hostPort: number, target: Target): Promise<() => void> {
    const place = await this.#at(hostPort);
    place.targets.push(target);
    const { waiting } = place;
    this.#expectNone(place);
    for (const socket of waiting ?? []) target.sockets.handTo(target.server, socket);
    const onReleased = (socket: Socket): void => this.#takeBack(place, target, socket);
    target.server.on(RELEASED, onReleased);
    return () => {
      const at = place.targets.indexOf(target);
      if (at < 0) return;
      place.targets.splice(at, 1);
      if (place.targets.length === 0) this.#expectNext(place);
    };
  }

  /** The port of 127.0.0.1 for a host port that is open. */
  async portOf(hostPort: number): Promise<number | undefined> {
    return (await this.#open.get(hostPort))?.port;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const open of this.#open.values())
      await open.then(
        (place) => {
          place.listener.close();
          this.#giveUp(place);
        },
        () => {},
      );
    this.#open.clear();
  }

  #at(hostPort: number): Promise<HostPort> {
    let place = this.#open.get(hostPort);
    if (place === undefined) {
      place = this.#listen(hostPort);
      this.#open.set(hostPort, place);
      place.catch(() => this.#open.delete(hostPort));
    }
    return place;
  }

  #expectNext(place: HostPort): void {
    if (this.#hostClock === undefined || this.#closed) return;
    place.waiting ??= new Set();
    place.patience?.cancel();
    place.patience = this.#hostClock.after(HAND_OVER_MS, () => this.#giveUp(place));
  }

  #expectNone(place: HostPort): void {
    place.patience?.cancel();
    place.patience = undefined;
    place.waiting = undefined;
  }

  #giveUp(place: HostPort): void {
    const { waiting } = place;
    this.#expectNone(place);
    for (const socket of waiting ?? []) socket.resetAndDestroy();
  }

  /** A program that ends returns a connection that waits for its next request. */
  #takeBack(place: HostPort, from: Target, socket: Socket): void {
    if (!from.sockets.forget(socket) || socket.destroyed) return;
    const next = place.targets.findLast((target) => target !== from);
    if (next !== undefined) {
      next.sockets.handTo(next.server, socket);
      return;
    }
    this.#expectNext(place);
    if (place.waiting === undefined) socket.destroy();
    else this.#wait(socket, place.waiting);
  }

  #wait(socket: Socket, waiting: Set<Socket>): void {
    waiting.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => waiting.delete(socket));
  }

  async #listen(hostPort: number): Promise<HostPort> {
    const accept = (socket: Socket): void => {
      const newest = place.targets.at(-1);
      if (this.#closed) socket.resetAndDestroy();
      else if (newest !== undefined) newest.sockets.handTo(newest.server, socket);
      else if (place.waiting !== undefined) this.#wait(socket, place.waiting);
      else socket.resetAndDestroy();
    };
    const { server, port } = await listenOnNextFree(this.#firstPort[hostPort] ?? (hostPort < 1024 ? hostPort + 8000 : hostPort), accept);
    const place: HostPort = { listener: server, port, targets: [], waiting: undefined, patience: undefined };
    return place;
  }
}
