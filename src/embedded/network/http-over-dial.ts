import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';

export interface DialledResponse {
  status: number;
  headers: Record<string, string>;
  text(): Promise<string>;
}
export interface DialledRequest {
  method?: string | undefined;
  headers?: Record<string, string> | undefined;
  body?: string | undefined;
  signal?: AbortSignal | undefined;
  maxBodyBytes?: number | undefined;
}

/**
 * One HTTP/1.1 request over a connection that `dial` opens and that is closed afterwards. The whole body is read. Over https the
 * certificate is not checked: names inside the cluster have no public authority. Rejects with the connection's error.
 */
export async function httpOverDial(
  url: string,
  dial: (host: string, port: number, signal?: AbortSignal) => Promise<Socket>,
  init: DialledRequest = {},
): Promise<DialledResponse> {
  const target = new URL(url);
  const isTls = target.protocol === 'https:';
  const port = target.port ? Number(target.port) : isTls ? 443 : 80;
  const socket = await dial(target.hostname, port, init.signal);
  const connection = isTls
    ? tlsConnect({ socket, servername: /^[\d.]+$/.test(target.hostname) ? '' : target.hostname, rejectUnauthorized: false })
    : socket;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        method: init.method ?? 'GET',
        path: `${target.pathname}${target.search}`,
        createConnection: () => connection,
        headers: { host: target.host, connection: 'close', ...init.headers },
        ...(init.signal ? { signal: init.signal } : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const done = (): void => {
          const headers = Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
          );
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers, text: () => Promise.resolve(body) });
          socket.destroy();
        };
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (init.maxBodyBytes !== undefined && size >= init.maxBodyBytes) done();
        });
        response.on('end', done);
        response.on('error', reject);
      },
    );
    request.on('error', (error) => {
      socket.destroy();
      reject(error);
    });
    request.end(init.body);
  });
}
