import http from 'node:http';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { AdmissionregistrationV1WebhookClientConfig } from '../../../kube/generated/types.ts';
import type { Dialer } from '../node-agent.ts';

/** A webhook was not reached or gave no usable answer. The message is what upstream puts behind `failed calling webhook`. */
export class WebhookFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'WebhookFailure';
  }
}

/** Posts a review to a webhook over TLS and resolves with the parsed answer. Rejects with `WebhookFailure`. */
export async function callWebhook(
  config: AdmissionregistrationV1WebhookClientConfig,
  review: object,
  timeoutSeconds: number,
  deps: { dialer: Dialer; hostClock: Clock },
): Promise<unknown> {
  const target = targetOf(config);
  const url = `https://${target.authority}${target.path}?timeout=${timeoutSeconds}s`;
  const abort = new AbortController();
  const timer = deps.hostClock.after(timeoutSeconds * 1000, () => abort.abort(new Error('context deadline exceeded')));
  try {
    const raw = await deps.dialer.dial(target.host, target.port, abort.signal);
    try {
      const secured = await secure(raw, target.host, config.caBundle, abort.signal);
      const { status, body } = await post(
        secured,
        target,
        `${target.path}?timeout=${timeoutSeconds}s`,
        JSON.stringify(review),
        abort.signal,
      );
      if (status < 200 || status > 299) throw new Error(`the server responded with status code ${status}: ${body.trim().slice(0, 200)}`);
      return JSON.parse(body) as unknown;
    } finally {
      raw.destroy();
    }
  } catch (error) {
    throw new WebhookFailure(`failed to call webhook: Post "${url}": ${goText(error, target, abort.signal)}`, { cause: error });
  } finally {
    timer.cancel();
  }
}

interface Target {
  host: string;
  port: number;
  authority: string;
  path: string;
}

function targetOf(config: AdmissionregistrationV1WebhookClientConfig): Target {
  const { service } = config;
  if (service !== undefined) {
    const host = `${service.name}.${service.namespace}.svc`;
    const port = service.port ?? 443;
    const path = service.path ?? '/';
    return { host, port, authority: `${host}:${port}`, path: path.startsWith('/') ? path : `/${path}` };
  }
  const url = new URL(config.url ?? 'https://invalid');
  return { host: url.hostname, port: Number(url.port || 443), authority: url.host, path: url.pathname };
}

function secure(raw: Socket, host: string, caBundle: string | undefined, signal: AbortSignal): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      socket: raw,
      servername: host,
      ALPNProtocols: ['http/1.1'],
      ...(caBundle ? { ca: Buffer.from(caBundle, 'base64') } : {}),
    });
    const onAbort = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
    socket.once('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(error);
    });
  });
}

function post(
  socket: tls.TLSSocket,
  target: Target,
  path: string,
  body: string,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        createConnection: () => socket,
        method: 'POST',
        path,
        signal,
        headers: {
          host: target.authority,
          'content-type': 'application/json',
          accept: 'application/json',
          'content-length': Buffer.byteLength(body),
          connection: 'close',
          'user-agent': 'kube-apiserver-admission',
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** The failure in the words of Go's net and crypto packages, on which users search. */
function goText(error: unknown, target: Target, signal: AbortSignal): string {
  if (signal.aborted) return 'context deadline exceeded';
  const code = (error as { code?: unknown } | undefined)?.code;
  if (code === 'ECONNREFUSED') return `dial tcp ${target.authority}: connect: connection refused`;
  if (code === 'ENOTFOUND') return `service "${target.host.split('.')[0]}" not found`;
  if (code === 'ECONNRESET') return 'EOF';
  if (typeof code === 'string' && /CERT|SELF_SIGNED|UNABLE_TO/.test(code))
    return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  return messageOf(error);
}
