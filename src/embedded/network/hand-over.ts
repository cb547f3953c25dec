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
    // A connection that another program has let go of comes paused.
    if (socket.isPaused()) socket.resume();
  }

  /** Whether the socket was one of these; it no longer is. */
  forget(socket: Socket): boolean {
    return this.#sockets.delete(socket);
  }

  get size(): number {
    return this.#sockets.size;
  }

  endAll(gracefully: boolean): void {
    for (const socket of this.#sockets) {
      if (gracefully) socket.destroySoon();
      else socket.resetAndDestroy();
    }
  }
}
