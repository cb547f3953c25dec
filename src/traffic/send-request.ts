import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';

export interface RequestSpec {
  /** The Host header; the URL's own when absent. */
  host?: string | undefined;
  /** Path and query; the URL's own when absent. */
  path?: string | undefined;
  method?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: string | undefined;
  /** Default 10 s. */
  timeoutMs?: number | undefined;
}

export interface RequestResult {
  /** When it was sent, by the clock of the run. */
  atMs: number;
  durationMs: number;
  /** `undefined` when no complete answer came. */
  status: number | undefined;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
  /** Node's error code, or `ETIMEDOUT`, or `ABORTED`. */
  error: string | undefined;
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/;

/** Throws `TARGET_NOT_LOCAL` unless the target is on this machine or remote targets are allowed. */
export function requireLocal(target: URL, allowRemote: boolean): void {
  if (allowRemote || LOOPBACK.test(target.hostname)) return;
  throw new LabError('TARGET_NOT_LOCAL', `"${target.hostname}" is not this machine.`, {
    next: 'Load goes to 127.0.0.1 unless remote targets are allowed explicitly.',
  });
}

/** Keep-alive connections to one target. */
export class RequestSender {
  readonly #target: URL;
  readonly #agent: http.Agent | https.Agent;
  readonly #clock: Clock;

  constructor(target: URL, options: { clock: Clock; maxConnections?: number; keepAlive?: boolean }) {
    this.#target = target;
    this.#clock = options.clock;
    const settings = { keepAlive: options.keepAlive ?? true, maxSockets: options.maxConnections ?? 256, scheduling: 'fifo' as const };
    this.#agent = target.protocol === 'https:' ? new https.Agent({ ...settings, rejectUnauthorized: false }) : new http.Agent(settings);
  }

  /**
   * Sends one request and reads its whole answer. Never rejects: what went wrong is in the result. The duration counts from `dueAtMs`,
   * when the request should have been sent: a load that falls behind must not hide it.
   */
  send(spec: RequestSpec, signal?: AbortSignal, dueAtMs?: number): Promise<RequestResult> {
    const atMs = this.#clock.nowMs();
    const fromMs = Math.min(atMs, dueAtMs ?? atMs);
    const target = this.#target;
    const transport = target.protocol === 'https:' ? https : http;
    return new Promise((resolve) => {
      const timer = this.#clock.after(spec.timeoutMs ?? 10_000, () => {
        finish({ error: 'ETIMEDOUT' });
        request.destroy();
      });
      const onAbort = (): void => {
        finish({ error: 'ABORTED' });
        request.destroy();
      };
      let isFinished = false;
      const finish = (part: Partial<RequestResult>): void => {
        if (isFinished) return;
        isFinished = true;
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        resolve({ atMs, durationMs: this.#clock.nowMs() - fromMs, status: undefined, headers: {}, body: '', error: undefined, ...part });
      };
      const request = transport.request(
        {
          agent: this.#agent,
          host: target.hostname.replace(/^\[|\]$/g, ''),
          port: target.port || undefined,
          path: spec.path ?? `${target.pathname}${target.search}`,
          method: spec.method ?? 'GET',
          headers: {
            host: spec.host ?? target.host,
            ...spec.headers,
            ...(spec.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(spec.body)) }),
          },
          ...(spec.host && target.protocol === 'https:' ? { servername: spec.host.replace(/:\d+$/, '') } : {}),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', (error: NodeJS.ErrnoException) => finish({ error: error.code ?? error.message }));
          response.on('end', () =>
            finish(
              response.complete
                ? { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }
                : { error: 'ECONNRESET' },
            ),
          );
          response.on('close', () => finish({ error: 'ECONNRESET' }));
        },
      );
      request.on('error', (error: NodeJS.ErrnoException) => finish({ error: error.code ?? error.message }));
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
      request.end(spec.body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
