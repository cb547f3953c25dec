import type { Server, Socket } from 'node:net';

/** The sockets that one program has been handed, so that they can be closed when its container is killed. */
export class AcceptedSockets {
  readonly #sockets = new Set<Socket>();

  /** Gives an accepted socket to `server` as if it had accepted it itself. */
  handTo(server: Server, socket: Socket): void {
    // Node's servers read this flag from themselves while accepting; an HTTP server wants to answer after a client's FIN.
    socket.allowHalfOpen = (server as Server & { allowHalfOpen?: boolean }).allowHalfOpen ?? false;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // The program's server listens for errors only once it has taken the socket.
    socket.on('error', () => {});
    server.emit('connection', socket);
  }

  get size(): number { return this.#sockets.size; }

  endAll(gracefully: boolean): void {
    for (const socket of this.#sockets) {
      if (gracefully) socket.destroySoon(); else socket.resetAndDestroy();
    }
  }
}
