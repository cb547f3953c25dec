import type { Socket } from 'node:net';
import type { RouteContext, RoutedRequest } from '../route-request.ts';
import { BodyFramer } from './body-framer.ts';
import { errorPage, reasonPhrase } from './error-page.ts';
import { Exchange, type ExchangeClient } from './exchange.ts';
import { type ConnectionHeaders, connectionHeaders } from './forwarded-headers.ts';
import { headEnd } from './head-end.ts';
import { FieldMemory, firstValue, NO_FIELDS } from './header-fields.ts';
import type { ProxyServices } from './proxy-services.ts';
import { isRefusal, parseRequestHead, type RequestHead } from './request-head.ts';
import { SocketOutput } from './socket-output.ts';

const DRAIN_IDLE_MS = 1000;
const MAX_QUEUED = 65_536;
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
/** `idle` waits for a request, `head` has a part of one, `linger` only reads until the client has seen the end. */
type Phase = 'idle' | 'head' | 'exchange' | 'tunnel' | 'linger' | 'closed';

/** One client of the proxy: reads requests one after the other, routes them, and relays answers in order. */
export class ClientConnection implements ExchangeClient {
  readonly isHttps: boolean;
  readonly listenPort: number;
  readonly remoteAddress: string;
  readonly headers: ConnectionHeaders;
  readonly #socket: Socket;
  readonly #output: SocketOutput;
  readonly #services: ProxyServices;
  readonly #onClose: (connection: ClientConnection) => void;
  readonly #fieldMemory = new FieldMemory();
  #phase: Phase = 'idle';
  #deadlineMs: number;
  #queued: Buffer | undefined;
  #isReading = false;
  #requests = 0;
  // The request that is being answered.
  #request: RequestHead | undefined;
  #framer: BodyFramer | undefined;
  #exchange: Exchange | undefined;
  #route: RouteContext | undefined;
  #requestId = '';
  #bodyLimit = 0;
  #startedMs = 0;
  #requestBytes = 0;
  #bytesSent = 0;
  #headBytesSent = 0;

  constructor(
    socket: Socket,
    listener: { isHttps: boolean; listenPort: number },
    services: ProxyServices,
    onClose: (connection: ClientConnection) => void,
  ) {
    this.#socket = socket;
    this.#output = new SocketOutput(socket, services.batch);
    this.#services = services;
    this.#onClose = onClose;
    this.isHttps = listener.isHttps;
    this.listenPort = listener.listenPort;
    this.remoteAddress = (socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
    this.headers = connectionHeaders(this);
    this.#deadlineMs = services.nowMs() + services.limits.headerTimeoutMs;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#exchange?.onClientDrain());
    socket.on('end', () => this.#onEnd());
    socket.on('close', () => this.#closed());
  }

  get isIdle(): boolean {
    return this.#phase === 'idle' && this.#queued === undefined;
  }
  get isBodyComplete(): boolean {
    return this.#framer?.isDone ?? true;
  }
  get mayKeepAlive(): boolean {
    return (this.#request?.keepsAlive ?? false) && !this.#services.isDraining && this.#requests < this.#services.limits.keepAliveRequests;
  }

  setDeadline(delayMs: number): void {
    this.#deadlineMs = this.#services.nowMs() + delayMs;
  }
  pauseBody(): void {
    this.#socket.pause();
  }
  resumeBody(): void {
    this.#socket.resume();
  }

  /** Ends what has waited for too long. */
  sweep(nowMs: number): void {
    if (nowMs < this.#deadlineMs) return;
    if (this.#phase === 'exchange' || this.#phase === 'tunnel') this.#exchange?.onDeadline();
    else this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Lets go of an idle connection without closing it: the socket is paused and belongs to the caller. */
  release(): Socket {
    const socket = this.#socket;
    this.#output.flush();
    socket.pause();
    for (const event of ['data', 'drain', 'end', 'close'] as const) socket.removeAllListeners(event);
    this.#phase = 'closed';
    this.#onClose(this);
    return socket;
  }

  sendHead(head: string, body?: Buffer): void {
    this.#bytesSent += head.length + (body?.length ?? 0);
    this.#headBytesSent = head.length;
    this.#output.sendSoon(head, body);
  }

  sendBody(chunk: Buffer): boolean {
    this.#bytesSent += chunk.length;
    return this.#output.send(chunk);
  }

  startTunnel(): void {
    this.#phase = 'tunnel';
  }

  #onData(chunk: Buffer): void {
    switch (this.#phase) {
      case 'linger':
      case 'closed':
        return;
      case 'tunnel':
        this.#exchange?.onTunnelData(chunk);
        return;
      case 'exchange':
        this.#onExchangeData(chunk, 0);
        return;
      default:
        this.#queued = this.#queued === undefined ? chunk : Buffer.concat([this.#queued, chunk]);
        this.#readRequests();
    }
  }

  /** Body bytes go to the exchange; what follows the body waits for its turn. */
  #onExchangeData(chunk: Buffer, start: number): void {
    const framer = this.#framer!;
    let end = start;
    if (!framer.isDone) {
      end = framer.feed(chunk, start);
      this.#requestBytes += end - start;
      const limit = this.#exchange === undefined ? 0 : this.#bodyLimit;
      if (framer.isBroken) {
        this.answer(400);
        return;
      }
      if (limit > 0 && framer.contentBytes > limit) {
        this.answer(413);
        return;
      }
      if (end > start) this.#exchange?.onBody(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end));
    }
    if (end === chunk.length) return;
    const rest = chunk.subarray(end);
    this.#queued = this.#queued === undefined ? rest : Buffer.concat([this.#queued, rest]);
    if (this.#queued.length > MAX_QUEUED) this.#socket.pause();
  }

  /** Answers every complete request that has arrived, as long as each is answered at once. */
  #readRequests(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while ((this.#phase === 'idle' || this.#phase === 'head') && this.#queued !== undefined) if (!this.#readRequest()) break;
    this.#isReading = false;
  }

  #readRequest(): boolean {
    let buffer = this.#queued!;
    // RFC 9112 2.2: empty lines before a request line are skipped.
    let start = 0;
    while (buffer[start] === 13 && buffer[start + 1] === 10) start += 2;
    if (start > 0) buffer = buffer.subarray(start);
    const { limits } = this.#services;
    if (this.#phase === 'idle' && buffer.length > 0) {
      this.#phase = 'head';
      this.#startedMs = this.#services.nowMs();
      this.#deadlineMs = this.#startedMs + limits.headerTimeoutMs;
      this.#bytesSent = this.#headBytesSent = 0;
      this.#request = this.#framer = this.#exchange = this.#route = undefined;
    }
    const end = headEnd(buffer);
    if (end < 0 || end > limits.headBytes) {
      this.#queued = buffer.length > 0 ? buffer : undefined;
      this.#requestBytes = buffer.length;
      const lineEnd = buffer.indexOf('\n');
      if ((lineEnd < 0 ? buffer.length : lineEnd) > limits.requestLineBytes) this.#refuse(414);
      else if (buffer.length > limits.headBytes || (lineEnd >= 0 && buffer[lineEnd - 1] !== 13)) this.#refuse(400);
      return false;
    }
    this.#queued = end + 4 < buffer.length ? buffer.subarray(end + 4) : undefined;
    this.#requestBytes = end + 4;
    this.#requests += 1;
    const request = parseRequestHead(buffer.toString('latin1', 0, end), limits, this.#fieldMemory);
    if (isRefusal(request)) {
      this.#refuse(request.status);
      return false;
    }
    this.#dispatch(request);
    return true;
  }

  #refuse(status: number): void {
    this.#requestId = this.#services.freshId();
    this.answer(status);
  }

  #dispatch(request: RequestHead): void {
    const services = this.#services;
    this.#request = request;
    this.#framer = new BodyFramer(request.framing);
    this.#phase = 'exchange';
    const { fields } = request;
    const clientId = firstValue(fields, 'x-request-id');
    this.#requestId = clientId !== undefined && REQUEST_ID.test(clientId) ? clientId : services.freshId();
    const cookies = fields.names.includes('cookie') ? fields.values.filter((_, i) => fields.names[i] === 'cookie').join('; ') : undefined;
    const routed: RoutedRequest = {
      host: request.host,
      target: request.target,
      isHttps: this.isHttps,
      header: (name) => firstValue(fields, name),
      cookies,
    };
    const route = services.router(routed, services.draw);
    this.#route = route;
    if (route.kind === 'answer') {
      this.answer(route.status, route.redirectTo);
      return;
    }
    this.#bodyLimit = route.location.annotations.bodySizeBytes;
    if (request.framing.kind === 'length' && this.#bodyLimit > 0 && request.framing.bytes > this.#bodyLimit) {
      this.answer(413);
      return;
    }
    if (request.expectsContinue && !this.#framer.isDone) this.#output.send('HTTP/1.1 100 Continue\r\n\r\n');
    this.#exchange = new Exchange(request, routed, route, this, this.#requestId, services);
    const rest = this.#queued;
    if (!this.#framer.isDone && rest !== undefined) {
      this.#queued = undefined;
      const exchange = this.#exchange;
      this.#onExchangeData(rest, 0);
      if (this.#exchange !== exchange) return;
    }
    this.#exchange.start();
  }

  answer(status: number, redirectTo?: string): void {
    const request = this.#request;
    const exchange = this.#exchange;
    exchange?.abort();
    if (exchange?.hasStartedResponse) {
      this.cut(status);
      return;
    }
    const keepsAlive = this.mayKeepAlive && this.isBodyComplete && status !== 400;
    const page = errorPage(status);
    const body = request?.method === 'HEAD' ? '' : page;
    const type = page === '' ? '' : 'Content-Type: text/html\r\n';
    this.sendHead(
      `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${this.#services.dateLine()}\r\n${type}Content-Length: ${page.length}\r\n${redirectTo === undefined ? '' : `Location: ${redirectTo}\r\n`}` +
        `${this.isHttps ? this.#services.hstsHeader : ''}Connection: ${keepsAlive ? 'keep-alive' : 'close'}\r\n\r\n${body}`,
    );
    this.#headBytesSent = this.#bytesSent - body.length;
    this.finish(status, keepsAlive);
  }

  finish(status: number, keepsAlive: boolean): void {
    this.#record(status);
    this.#exchange = undefined;
    if (!keepsAlive) {
      this.#phase = 'linger';
      this.setDeadline(this.#services.limits.lingerMs);
      this.#queued = undefined;
      this.#output.flush();
      if (!this.#socket.destroyed) {
        this.#socket.end();
        this.#socket.resume();
      }
      return;
    }
    this.#phase = 'idle';
    // An answer that promised keep-alive before a drain began leaves the client a moment for one more request.
    this.setDeadline(this.#services.isDraining ? DRAIN_IDLE_MS : this.#services.limits.keepAliveTimeoutMs);
    if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#queued !== undefined) this.#readRequests();
  }

  cut(status: number): void {
    this.#record(status);
    this.#exchange = undefined;
    this.#output.flush();
    this.#socket.destroy();
  }

  #onEnd(): void {
    // As NGINX does, a client that closes its side while it waits is taken to have left.
    if (this.#phase === 'tunnel' || this.#phase === 'exchange' || this.#phase === 'linger') this.#socket.destroy();
    else this.#socket.end();
  }

  #closed(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined) {
      exchange.abort();
      this.#record(this.#phase === 'tunnel' ? 101 : 499, exchange);
    }
    this.#phase = 'closed';
    this.#onClose(this);
  }

  #record(status: number, exchange = this.#exchange): void {
    const { onAccess, nowMs, clusterNowMs } = this.#services;
    if (onAccess === undefined) return;
    const request = this.#request;
    const fields = request?.fields ?? NO_FIELDS;
    onAccess({
      atMs: clusterNowMs(),
      remoteAddress: this.remoteAddress,
      method: request?.method ?? '',
      target: request?.target ?? '',
      minorVersion: request?.minorVersion ?? 1,
      host: request?.host ?? '',
      referer: firstValue(fields, 'referer'),
      userAgent: firstValue(fields, 'user-agent'),
      status,
      bytesSent: this.#bytesSent,
      bodyBytesSent: Math.max(0, this.#bytesSent - this.#headBytesSent),
      requestBytes: this.#requestBytes,
      durationMs: nowMs() - this.#startedMs,
      route: this.#route,
      tries: exchange?.tries ?? [],
      requestId: this.#requestId,
    });
  }
}
