import { connect, createServer } from 'node:net';

/** Whether nothing listens on this port of 127.0.0.1. Ports that only root may bind are asked by connecting. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES') refusesConnections(port).then(resolve);
      else resolve(false);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function refusesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

/** The first free port of `wanted`, else any free one. Ports in `avoid` are not taken. */
export async function freePort(wanted: readonly number[], avoid: ReadonlySet<number> = new Set()): Promise<number> {
  for (const port of wanted) if (!avoid.has(port) && (await isPortFree(port))) return port;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export interface HostPorts {
  http: number;
  https: number;
}

/** Ports that an engine without root cannot publish; without a setting of the host's kernel it ends with an error. */
export const PRIVILEGED_PORTS: readonly number[] = [80, 443];

/** Ports of this machine for the ingress: 80 and 443, else from 8080 and 8443 on. */
export async function ingressPorts(avoid: ReadonlySet<number> = new Set()): Promise<HostPorts> {
  const from = (first: number): number[] => Array.from({ length: 10 }, (_, index) => first + index);
  return { http: await freePort([80, ...from(8080)], avoid), https: await freePort([443, ...from(8443)], avoid) };
}

/** `http://127.0.0.1`, with the port unless it is 80. */
export function ingressUrlAt(port: number): string {
  return `http://127.0.0.1${port === 80 ? '' : `:${port}`}`;
}
