import type { Location } from '../configuration.ts';
import type { Endpoint } from '../endpoints.ts';
import { hostName } from '../match-host.ts';
import type { Route, RoutedRequest } from '../route-request.ts';
import { formatAffinityCookie, setsCookie } from '../session-affinity.ts';
import type { AccessRecord } from './access-record.ts';
import type { Selection } from './balancer.ts';
import { BodyFramer } from './body-framer.ts';
import { type ClientSide, type ConnectionHeaders, forwardedHead } from './forwarded-headers.ts';
import { headEnd } from './head-end.ts';
import type { ProxyServices } from './proxy-services.ts';
import { relayedHead } from './relayed-head.ts';
import type { RequestHead } from './request-head.ts';
import { parseResponseHead, type ResponseHead } from './response-head.ts';
import type { UpstreamConnection, UpstreamUser } from './upstream-pool.ts';

/** The client's side as an exchange sees it. */
export interface ExchangeClient extends ClientSide {
  readonly headers: ConnectionHeaders;
  /** Whether the request's body has arrived in full. */
  readonly isBodyComplete: boolean;
  /** Whether this connection may carry another request. */
  readonly mayKeepAlive: boolean;
  /** Sends a head and the bytes that came with it. */
  sendHead(head: string, body?: Buffer): void;
  /** Sends more bytes; false when the caller should pause until `onClientDrain`. */
  sendBody(chunk: Buffer): boolean;
  setDeadline(delayMs: number): void;
  pauseBody(): void;
  resumeBody(): void;
  /** Answers with one of the proxy's own pages. */
  answer(status: number): void;
  /** The answer is complete. */
  finish(status: number, keepsAlive: boolean): void;
  /** The connections are now one tunnel. */
  startTunnel(): void;
  /** Cuts the connection: the answer cannot be completed. */
  cut(status: number): void;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PROPFIND', 'MKCOL', 'COPY', 'MOVE', 'UNLOCK', 'PROPPATCH']);
/** Most requests have one try and no body to keep: they share this and get an array of their own when there is something to put into it. */
const NONE: never[] = [];
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const MAX_RESPONSE_HEAD = 65_536;

type Failure = 'connect' | 'connect-timeout' | 'stale' | 'error' | 'timeout' | 'invalid';

/** One request on its way to a Pod and the answer on its way back, over as many tries as the Ingress allows. */
export class Exchange implements UpstreamUser {
  tries: AccessRecord['tries'] = NONE;
  readonly #request: RequestHead;
  readonly #route: Route & { kind: 'proxy' };
  readonly #location: Location;
  readonly #client: ExchangeClient;
  readonly #services: ProxyServices;
  readonly #selection: Selection;
  readonly #head: string;
  readonly #isIdempotent: boolean;
  #replay: Buffer[] = NONE;
  #replayBytes = 0;
  #canReplay = true;
  #connecting: AbortController | undefined;
  #upstream: UpstreamConnection | undefined;
  #isReused = false;
  #countedTries = 0;
  #tryStartedMs = 0;
  #partialHead: Buffer | undefined;
  #response: ResponseHead | undefined;
  #framer: BodyFramer | undefined;
  #relayMode: 'raw' | 'decode' | 'encode' = 'raw';
  #keepsClient = false;
  #isTunnel = false;
  #isOver = false;

  constructor(
    request: RequestHead,
    routed: RoutedRequest,
    route: Route & { kind: 'proxy' },
    client: ExchangeClient,
    requestId: string,
    services: ProxyServices,
  ) {
    this.#request = request;
    this.#route = route;
    this.#location = route.location;
    this.#client = client;
    this.#services = services;
    this.#selection = services.balancer.select(route.upstream, routed, client.remoteAddress);
    this.#isIdempotent = IDEMPOTENT.has(request.method);
    this.#head = forwardedHead(request, {
      uri: route.uri,
      host: route.location.annotations.upstreamVhost || request.host,
      client,
      headers: client.headers,
      requestId,
      trustsForwarded: services.trustsForwarded,
    });
  }

  start(): void {
    this.#attempt();
  }

  /** A piece of the request's body, framing included. */
  onBody(chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#canReplay) {
      this.#replay = this.#replayBytes === 0 ? [chunk] : [...this.#replay, chunk];
      this.#replayBytes += chunk.length;
    }
    if (this.#upstream === undefined) {
      if (this.#replayBytes > this.#services.limits.replayBytes) this.#client.pauseBody();
      return;
    }
    this.#dropReplayWhenLarge();
    if (!this.#upstream.output.send(chunk)) this.#client.pauseBody();
    if (this.#response === undefined)
      this.#client.setDeadline(
        this.#client.isBodyComplete ? this.#location.annotations.readTimeoutMs : this.#services.limits.bodyTimeoutMs,
      );
  }

  /** Bytes of the client inside a tunnel. */
  onTunnelData(chunk: Buffer): void {
    this.#client.setDeadline(this.#location.annotations.readTimeoutMs);
    if (this.#upstream !== undefined && !this.#upstream.output.send(chunk)) this.#client.pauseBody();
  }

  onClientDrain(): void {
    this.#upstream?.socket.resume();
  }

  onUpstreamDrain(): void {
    this.#client.resumeBody();
  }

  /** Nothing happened for as long as is allowed. */
  onDeadline(): void {
    if (this.#isOver) return;
    if (this.#connecting !== undefined) this.#failed('connect-timeout');
    else if (this.#response !== undefined || this.#isTunnel) this.#cut();
    else if (!this.#client.isBodyComplete) {
      this.#client.cut(408);
      this.abort();
    } else this.#failed('timeout');
  }

  /** The client is gone, or the proxy answers by itself. */
  abort(): void {
    this.#isOver = true;
    this.#connecting?.abort();
    this.#connecting = undefined;
    this.#upstream?.destroy();
    this.#upstream = undefined;
  }

  get hasStartedResponse(): boolean {
    return this.#response !== undefined;
  }

  #attempt(): void {
    const endpoints = this.#services.endpointsOf(this.#route.upstream.name);
    const endpoint = this.#selection.next(endpoints !== undefined && endpoints.length > 0 ? endpoints : this.#route.upstream.endpoints);
    if (endpoint === undefined) {
      this.#isOver = true;
      this.#client.answer(503);
      return;
    }
    this.#tryStartedMs = this.#services.nowMs();
    this.#countedTries += 1;
    const oneTry = { address: endpoint.address, status: 0, durationMs: 0, connectMs: 0, headerMs: 0, responseBytes: 0 };
    this.tries = this.tries.length === 0 ? [oneTry] : [...this.tries, oneTry];
    // A request that may not be sent twice gets a connection of its own: a pooled one could be closing already.
    const idle = this.#mayUseKept ? this.#services.pool.takeIdle(endpoint.address) : undefined;
    if (idle !== undefined) this.#use(idle, true);
    else this.#connect(endpoint);
  }

  get #mayUseKept(): boolean {
    const { framing, upgrade } = this.#request;
    return (
      this.#isIdempotent &&
      upgrade === undefined &&
      (framing.kind === 'none' || (framing.kind === 'length' && framing.bytes <= this.#services.limits.replayBytes))
    );
  }

  #connect(endpoint: Endpoint): void {
    const controller = new AbortController();
    this.#connecting = controller;
    this.#client.setDeadline(this.#location.annotations.connectTimeoutMs);
    this.#services.pool.open(endpoint, controller.signal).then(
      (connection) => {
        if (this.#connecting !== controller) {
          connection.destroy();
          return;
        }
        this.#connecting = undefined;
        this.tries.at(-1)!.connectMs = this.#services.nowMs() - this.#tryStartedMs;
        if (connection.socket.destroyed || connection.hasEnded) this.#failed('error');
        else this.#use(connection, false);
      },
      () => {
        if (this.#connecting !== controller) return;
        this.#connecting = undefined;
        this.#failed('connect');
      },
    );
  }

  #use(connection: UpstreamConnection, isReused: boolean): void {
    this.#upstream = connection;
    this.#isReused = isReused;
    this.#partialHead = undefined;
    connection.user = this;
    if (this.#replayBytes === 0) connection.output.sendSoon(this.#head);
    else {
      connection.output.sendSoon(this.#head, Buffer.concat(this.#replay));
      this.#dropReplayWhenLarge();
      this.#client.resumeBody();
    }
    this.#client.setDeadline(this.#client.isBodyComplete ? this.#location.annotations.readTimeoutMs : this.#services.limits.bodyTimeoutMs);
  }

  #dropReplayWhenLarge(): void {
    if (!this.#canReplay || this.#replayBytes <= this.#services.limits.replayBytes) return;
    this.#canReplay = false;
    this.#replay = NONE;
    this.#replayBytes = 0;
  }

  onUpstreamData(chunk: Buffer): void {
    if (this.#isTunnel) {
      this.#client.setDeadline(this.#location.annotations.readTimeoutMs);
      if (!this.#client.sendBody(chunk)) this.#upstream?.socket.pause();
      return;
    }
    if (this.#response !== undefined) {
      this.#relay(chunk, 0);
      return;
    }
    let buffer = this.#partialHead === undefined ? chunk : Buffer.concat([this.#partialHead, chunk]);
    this.#partialHead = undefined;
    for (;;) {
      const end = headEnd(buffer);
      if (end < 0) {
        if (buffer.length > MAX_RESPONSE_HEAD) this.#failed('invalid');
        else if (buffer.length > 0) this.#partialHead = buffer;
        return;
      }
      const head = parseResponseHead(buffer.toString('latin1', 0, end), this.#request.method, this.#upstream?.fieldMemory);
      if (head === undefined) {
        this.#failed('invalid');
        return;
      }
      if (head.status === 101) {
        this.#upgrade(head, buffer.subarray(end + 4));
        return;
      }
      if (head.status >= 200) {
        this.#begin(head, buffer, end + 4);
        return;
      }
      buffer = buffer.subarray(end + 4);
    }
  }

  onUpstreamClose(isClean: boolean): void {
    const connection = this.#upstream;
    this.#upstream = undefined;
    if (this.#isOver) return;
    if (this.#isTunnel) {
      this.#isOver = true;
      this.#client.finish(101, false);
      return;
    }
    if (this.#response === undefined) {
      connection?.destroy();
      this.#failed(this.#isReused && this.#partialHead === undefined ? 'stale' : 'error');
    } else if (isClean && this.#response.framing.kind === 'until-close') {
      connection?.destroy();
      if (this.#relayMode === 'encode') this.#client.sendBody(LAST_CHUNK);
      this.#complete(this.#response, false);
    } else this.#cut();
  }

  #begin(head: ResponseHead, buffer: Buffer, bodyStart: number): void {
    const request = this.#request;
    this.#response = head;
    this.#replay = NONE;
    this.#canReplay = false;
    this.#framer = new BodyFramer(head.framing);
    const isOld = request.minorVersion === 0;
    if (head.framing.kind === 'until-close' && !isOld) this.#relayMode = 'encode';
    else if (head.framing.kind === 'chunked' && isOld) this.#relayMode = 'decode';
    const endsByClose = isOld && (head.framing.kind === 'until-close' || head.framing.kind === 'chunked');
    this.#keepsClient = this.#client.mayKeepAlive && this.#client.isBodyComplete && !endsByClose;
    const oneTry = this.tries.at(-1)!;
    oneTry.status = head.status;
    oneTry.headerMs = this.#services.nowMs() - this.#tryStartedMs;
    const text = relayedHead(head, {
      dateLine: this.#services.dateLine(),
      isChunked: this.#isChunked(head),
      ownLines: this.#setCookieLine() + (this.#client.isHttps ? this.#services.hstsHeader : ''),
      keepsClient: this.#keepsClient,
    });
    // Head and body leave in one write where they arrived in one read.
    const bodyEnd = this.#relayMode === 'raw' ? this.#framer.feed(buffer, bodyStart) : bodyStart;
    this.#client.sendHead(text, bodyEnd > bodyStart ? buffer.subarray(bodyStart, bodyEnd) : undefined);
    oneTry.responseBytes += bodyEnd - bodyStart;
    if (this.#relayMode === 'raw') this.#afterRelay(true, bodyEnd < buffer.length);
    else this.#relay(buffer, bodyStart);
  }

  /** Whether the body leaves in chunks: it came so, or it ends where the Pod closes. */
  #isChunked(head: ResponseHead): boolean {
    return this.#relayMode === 'encode' || (head.framing.kind === 'chunked' && this.#relayMode === 'raw');
  }

  #setCookieLine(): string {
    const { affinity } = this.#route.upstream;
    const cookie = this.#selection.newCookie;
    if (
      affinity === undefined ||
      cookie === undefined ||
      !setsCookie(affinity, this.#route.server.host === '_' ? '_' : hostName(this.#request.host), this.#location.path)
    )
      return '';
    return `Set-Cookie: ${formatAffinityCookie(affinity, cookie, { locationPath: this.#location.path, isHttps: this.#client.isHttps, nowMs: this.#services.clusterNowMs() })}\r\n`;
  }

  #relay(chunk: Buffer, start: number): void {
    const framer = this.#framer!;
    let isFlowing = true;
    const end = framer.feed(
      chunk,
      start,
      this.#relayMode === 'raw'
        ? undefined
        : (from, to) => {
            const content = chunk.subarray(from, to);
            isFlowing =
              this.#relayMode === 'decode'
                ? this.#client.sendBody(content)
                : this.#client.sendBody(Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')]));
          },
    );
    if (this.#relayMode === 'raw' && end > start)
      isFlowing = this.#client.sendBody(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end));
    this.tries.at(-1)!.responseBytes += end - start;
    this.#afterRelay(isFlowing, end < chunk.length);
  }

  #afterRelay(isFlowing: boolean, hasExtra: boolean): void {
    const framer = this.#framer!;
    if (framer.isBroken) {
      this.#cut();
      return;
    }
    if (framer.isDone) {
      this.#complete(this.#response!, !hasExtra);
      return;
    }
    if (!isFlowing) this.#upstream?.socket.pause();
    this.#client.setDeadline(isFlowing ? this.#location.annotations.readTimeoutMs : this.#services.limits.sendTimeoutMs);
  }

  #upgrade(head: ResponseHead, rest: Buffer): void {
    if (this.#request.upgrade === undefined) {
      this.#failed('invalid');
      return;
    }
    this.#isTunnel = true;
    this.tries.at(-1)!.status = 101;
    const lines = head.fields.lines.filter((_, i) => !['server', 'date'].includes(head.fields.names[i]!));
    this.#client.startTunnel();
    this.#client.sendHead(
      `HTTP/1.1 101 ${head.reason || 'Switching Protocols'}\r\n${this.#services.dateLine()}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
      rest.length > 0 ? rest : undefined,
    );
    this.#client.setDeadline(this.#location.annotations.readTimeoutMs);
  }

  #failed(failure: Failure): void {
    this.#connecting?.abort();
    this.#connecting = undefined;
    this.#upstream?.destroy();
    this.#upstream = undefined;
    const isTimeout = failure === 'timeout' || failure === 'connect-timeout';
    const oneTry = this.tries.at(-1)!;
    oneTry.status = isTimeout ? 504 : 502;
    oneTry.durationMs = this.#services.nowMs() - this.#tryStartedMs;
    if (failure === 'stale') this.#countedTries -= 1;
    if (this.#mayRetry(failure, isTimeout)) {
      this.#attempt();
      return;
    }
    this.#isOver = true;
    this.#client.answer(isTimeout ? 504 : 502);
  }

  #mayRetry(failure: Failure, isTimeout: boolean): boolean {
    const { isRetried, nextUpstreamTries } = this.#location.annotations;
    if (!this.#canReplay || failure === 'invalid') return false;
    if (failure === 'stale') return true;
    const wasSent = failure === 'error' || failure === 'timeout';
    if (wasSent && !this.#isIdempotent && !isRetried.nonIdempotent) return false;
    const limit = nextUpstreamTries > 0 ? nextUpstreamTries : this.#route.upstream.endpoints.length;
    return this.#countedTries < limit && (isTimeout ? isRetried.timeout : isRetried.error);
  }

  #complete(head: ResponseHead, isUpstreamClean: boolean): void {
    this.#isOver = true;
    this.tries.at(-1)!.durationMs = this.#services.nowMs() - this.#tryStartedMs;
    const connection = this.#upstream;
    this.#upstream = undefined;
    if (connection !== undefined) {
      if (isUpstreamClean && head.keepsAlive && this.#client.isBodyComplete) {
        if (connection.socket.isPaused()) connection.socket.resume();
        this.#services.pool.release(connection);
      } else connection.destroy();
    }
    this.#client.finish(head.status, this.#keepsClient && this.#client.isBodyComplete);
  }

  #cut(): void {
    const status = this.#response?.status ?? 502;
    this.abort();
    this.#client.cut(status);
  }
}
