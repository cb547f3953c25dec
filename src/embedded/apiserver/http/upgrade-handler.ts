import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Pod } from '../../../kube/generated/types.ts';
import { pods } from '../../../kube/resource-type.ts';
import { notFound, statusError } from '../../../kube/status-error.ts';
import { authorize } from '../authorization/authorize.ts';
import { forwardedPorts, serveChannelPortForward } from '../port-forward/channel-port-forward.ts';
import { PORT_FORWARD_PROTOCOL, servePortForward } from '../port-forward/port-forward-session.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey } from '../storage-key.ts';
import { attachRequest, runAttach } from './attach-session.ts';
import { type ExecRequest, execRequest, type RunSession, runExec } from './exec-session.ts';
import { EXEC_STREAM_PROTOCOLS, serveExecSpdy } from './exec-spdy.ts';
import { EXEC_PROTOCOLS, serveExecWebSocket } from './exec-web-socket.ts';
import type { RequestHandler } from './request-handler.ts';
import { parseResourcePath } from './request-path.ts';
import { statusOf } from './responses.ts';
import { acceptWebSocket, offeredProtocols } from './web-socket-upgrade.ts';

const TUNNEL_PROTOCOL = `SPDY/3.1+${PORT_FORWARD_PROTOCOL}`;

/** Takes an upgrade request through authentication and authorization to its stream. Errors are answered as plain HTTP. */
export async function handleUpgrade(
  core: ServerCore,
  handler: RequestHandler,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    const { path, query, ctx } = handler.open(request, undefined);
    const parsed = parseResourcePath(path);
    const { name, namespace, subresource } = parsed ?? {};
    if (parsed?.group !== '' || parsed.resource !== 'pods' || name === undefined || subresource === undefined)
      throw statusError('NotFound', 'the server could not find the requested resource', {});
    authorize(core, ctx.user, {
      verb: request.method === 'POST' ? 'create' : 'get',
      group: '',
      resource: 'pods',
      subresource,
      namespace,
      name,
    });
    const pod = core.store.get(storageKey(pods, namespace, name))?.value.object as Pod | undefined;
    if (pod === undefined) throw notFound(pods, name);
    const isWebSocket = (request.headers.upgrade ?? '').toLowerCase() === 'websocket';
    const upgrade: Upgrade = { request, socket, head, isWebSocket };
    if (subresource === 'exec') await upgradeSession(core, execRequest(pod, query), runExec, upgrade);
    else if (subresource === 'attach') await upgradeSession(core, attachRequest(pod, query), runAttach, upgrade);
    else if (subresource === 'portforward') await upgradePortForward(core, pod, query, upgrade);
    else throw statusError('BadRequest', `"pods/${subresource}" is not modelled`);
  } catch (error) {
    const status = statusOf(error);
    const body = `${JSON.stringify(status)}\n`;
    socket.end(
      `HTTP/1.1 ${status.code ?? 500} ${status.reason ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
}

interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  isWebSocket: boolean;
}

async function upgradeSession(
  core: ServerCore,
  exec: ExecRequest,
  run: RunSession,
  { request, socket, head, isWebSocket }: Upgrade,
): Promise<void> {
  if (isWebSocket) {
    const protocol = choose(EXEC_PROTOCOLS, offeredProtocols(request));
    await serveExecWebSocket(core, exec, await acceptWebSocket(request, socket, head, protocol), run);
  } else serveExecSpdy(core, exec, acceptSpdy(request, socket, head, EXEC_STREAM_PROTOCOLS), run);
}

async function upgradePortForward(
  core: ServerCore,
  pod: Pod,
  query: URLSearchParams,
  { request, socket, head, isWebSocket }: Upgrade,
): Promise<void> {
  const ip = pod.status?.podIP;
  if (!ip || pod.status?.phase !== 'Running')
    throw statusError('BadRequest', `unable to forward port because pod is not running. Current status=${pod.status?.phase ?? 'Unknown'}`);
  const target = { ip, namespace: pod.metadata.namespace!, name: pod.metadata.name };
  if (!isWebSocket) {
    servePortForward(acceptSpdy(request, socket, head, [PORT_FORWARD_PROTOCOL]), target, core.dialer);
    return;
  }
  const protocol = choose([TUNNEL_PROTOCOL, ...EXEC_PROTOCOLS], offeredProtocols(request));
  if (protocol !== TUNNEL_PROTOCOL) {
    const ports = forwardedPorts(query);
    serveChannelPortForward(await acceptWebSocket(request, socket, head, protocol), ports, target, core.dialer);
    return;
  }
  // Loaded first: between the handshake and the stream no message may be missed.
  const { createWebSocketStream } = await import('ws');
  const webSocket = await acceptWebSocket(request, socket, head, protocol);
  servePortForward(createWebSocketStream(webSocket), target, core.dialer);
}

function choose(supported: readonly string[], offered: readonly string[]): string {
  const chosen = supported.find((name) => offered.includes(name));
  if (chosen === undefined) throw statusError('BadRequest', `none of the offered protocols is modelled: ${offered.join(', ')}`);
  return chosen;
}

/** Completes a SPDY/3.1 upgrade and hands back the socket with what came along with the request. */
function acceptSpdy(request: IncomingMessage, socket: Duplex, head: Buffer, protocols: readonly string[]): Duplex {
  if ((request.headers.upgrade ?? '').toUpperCase() !== 'SPDY/3.1')
    throw statusError('BadRequest', `upgrade to "${request.headers.upgrade}" is not modelled`);
  const offered = String(request.headers['x-stream-protocol-version'] ?? '')
    .split(',')
    .map((name) => name.trim());
  const protocol = choose(protocols, offered);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
  return socket;
}
