import type { Server, Socket } from 'node:net';
import type { AcceptedSockets } from './hand-over.ts';
import { listenOnNextFree } from './loopback-listener.ts';

interface Target { server: Server; sockets: AcceptedSockets }
interface HostPort { listener: Server; port: number; targets: Target[] }

/**
 * The node's host ports as this machine sees them. A listener stays open for the cluster's life and gives each connection
 * to the newest Pod behind it, so that a restarted ingress controller takes over without a refused connection while the old
 * Pod finishes what it has. With no Pod behind it a connection is reset.
 */
export class HostPorts {
  readonly #firstPort: Readonly<Record<number, number>>;
  readonly #open = new Map<number, Promise<HostPort>>();
  #closed = false;

  /** `firstPort` names the port of this machine to try first for a host port, such as 80 → 8080; others keep their number. */
  constructor(firstPort: Readonly<Record<number, number>>) { this.#firstPort = firstPort; }

  /** Opens every port that has a place, so that the ingress address is known before any Pod asks for it. */
  async openAll(): Promise<void> {
    // One after the other: the choice of free ports must not depend on a race.
    for (const hostPort of Object.keys(this.#firstPort)) await this.#at(Number(hostPort));
  }

  /** Puts `target` in front. The returned function takes it away. */
  async add(hostPort: number, target: Target): Promise<() => void> {
    const place = await this.#at(hostPort);
    place.targets.push(target);
    return () => {
      const at = place.targets.indexOf(target);
      if (at >= 0) place.targets.splice(at, 1);
    };
  }

  /** The port of 127.0.0.1 for a host port that is open. */
  async portOf(hostPort: number): Promise<number | undefined> { return (await this.#open.get(hostPort))?.port; }

  async close(): Promise<void> {
    this.#closed = true;
    for (const place of this.#open.values()) await place.then(({ listener }) => { listener.close(); }, () => {});
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

  async #listen(hostPort: number): Promise<HostPort> {
    const targets: Target[] = [];
    const accept = (socket: Socket): void => {
      const newest = targets.at(-1);
      if (newest === undefined || this.#closed) socket.resetAndDestroy();
      else newest.sockets.handTo(newest.server, socket);
    };
    const { server, port } = await listenOnNextFree(this.#firstPort[hostPort] ?? (hostPort < 1024 ? hostPort + 8000 : hostPort), accept);
    return { listener: server, port, targets };
  }
}
