import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Listens on 127.0.0.1 and passes each accepted socket on. Rejects with Node's error, such as `EADDRINUSE`. */
export function listenOnLoopback(port: number, onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, onSocket);
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true, backlog: 1024 }, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve({ server, port: (server.address() as AddressInfo).port });
    });
  });
}

/** The same on the first free port at or after `firstPort`. */
export async function listenOnNextFree(firstPort: number, onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  for (let port = firstPort; ; port++) {
    try {
      return await listenOnLoopback(port, onSocket);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'EADDRINUSE' && code !== 'EACCES') || port >= firstPort + 200 || port >= 65_535) throw error;
    }
  }
}
