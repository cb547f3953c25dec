import type { Agent, AgentOptions, IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Clock } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';
import type { Status } from '../kube/generated/types.ts';
import { StatusError, statusError } from '../kube/status-error.ts';
import type { ServerAddress } from './server-address.ts';

export interface ApiRequest {
  method: string;
  /** Below the server's root, query included. */
  path: string;
  body?: object | undefined;
  contentType?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface TransportOptions {
  clock: Clock;
  /** User and groups to act as (`--as`, `--as-group`). */
  impersonate?: { user?: string | undefined; groups?: readonly string[] | undefined } | undefined;
  /** Ends a request without an answer after this long; watches are not ended. */
  timeoutMs?: number | undefined;
}

type Sender = Pick<typeof https, 'request'> & { Agent: new (options: AgentOptions) => Agent };

/** Importing node:http brings its WebSocket client, 10 ms that a command would pay for a server that hardly any cluster has. */
async function senderFor(url: URL): Promise<Sender> {
  return url.protocol === 'http:' ? (await import('node:http')).default : https;
}

/** JSON over HTTPS to one API server, with connections kept alive. Failures of the server are thrown as `StatusError`. */
export class Transport {
  readonly address: ServerAddress;
  readonly #options: TransportOptions;
  #sender: Promise<Sender> | undefined;
  #agent: Agent | undefined;
  #serverAheadMs = 0;

  constructor(address: ServerAddress, options: TransportOptions) {
    this.address = address;
    this.#options = options;
  }

  /** The server's time, from the `Date` header of its last answer: cluster time where time is virtual. */
  serverNowMs(): number {
    return this.#options.clock.nowMs() + this.#serverAheadMs;
  }

  close(): void {
    this.#agent?.destroy();
  }

  /** The parsed answer (`undefined` for an empty one). */
  async json<T>(request: ApiRequest): Promise<T> {
    const text = await this.text(request);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async text(request: ApiRequest): Promise<string> {
    const response = await this.open(request);
    const text = await readAll(response);
    if ((response.statusCode ?? 500) >= 400) throw failure(response.statusCode ?? 500, text, request);
    return text;
  }

  /** Sends the request and resolves with the answer as soon as its head has arrived. */
  async open({ method, path, body, contentType, signal }: ApiRequest): Promise<IncomingMessage> {
    const options = await this.address.requestOptions();
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const { user, groups } = this.#options.impersonate ?? {};
    const base = this.address.url;
    const { request: send, Agent: SenderAgent } = await (this.#sender ??= senderFor(base));
    const agent = (this.#agent ??= new SenderAgent({ keepAlive: true, maxSockets: 64 }));
    return new Promise((resolve, reject) => {
      const request = send(
        {
          ...options,
          agent,
          host: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port || (base.protocol === 'http:' ? 80 : 443),
          method,
          path: `${base.pathname.replace(/\/$/, '')}${path}`,
          headers: {
            ...(options.headers as Record<string, string>),
            accept: 'application/json',
            'user-agent': 'canary-lab',
            ...(payload === undefined
              ? {}
              : { 'content-type': contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
            ...(user === undefined ? {} : { 'impersonate-user': user }),
            ...(groups === undefined || groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
          },
          ...(signal === undefined ? {} : { signal }),
        },
        (response) => {
          const date = Date.parse(response.headers.date ?? '');
          if (!Number.isNaN(date)) this.#setServerTime(date);
          resolve(response);
        },
      );
      if (this.#options.timeoutMs !== undefined)
        request.setTimeout(this.#options.timeoutMs, () => request.destroy(new Error(`no answer within ${this.#options.timeoutMs} ms`)));
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        reject(
          new LabError(
            'CLUSTER_UNREACHABLE',
            `Cannot reach the cluster at ${base.origin}: ${error.code === 'ECONNREFUSED' ? 'connection refused' : error.message}.`,
            {
              cause: error,
              next: 'Check that the cluster runs ("npm run cluster -- status") and that the context is the right one.',
            },
          ),
        );
      });
      request.end(payload);
    });
  }

  /** The header has whole seconds: only a difference of more than one says that the clocks disagree. */
  #setServerTime(dateMs: number): void {
    const aheadMs = dateMs - this.#options.clock.nowMs();
    this.#serverAheadMs = Math.abs(aheadMs) < 1500 ? 0 : aheadMs + 500;
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The Status in an error answer, or one made from its code when the body is none (a proxy's page). */
export function failure(code: number, text: string, request: Pick<ApiRequest, 'method' | 'path'>): StatusError {
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === 'Status') return new StatusError(status);
  } catch {
    /* not JSON: fall through */
  }
  if (code === 404) return statusError('NotFound', 'the server could not find the requested resource');
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code,
    reason: code === 401 ? 'Unauthorized' : code === 403 ? 'Forbidden' : 'InternalError',
    message: `${request.method} ${request.path} answered ${code}: ${text.slice(0, 200)}`,
  });
}
