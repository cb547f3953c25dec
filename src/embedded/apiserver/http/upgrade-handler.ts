import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Pod } from '../../../kube/generated/types.ts';
import { pods } from '../../../kube/resource-type.ts';
import { notFound, statusError } from '../../../kube/status-error.ts';
import { authorize } from '../authorization/authorize.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey } from '../storage-key.ts';
import { serveExec } from './exec-stream.ts';
import type { RequestHandler } from './request-handler.ts';
import { parseResourcePath } from './request-path.ts';
import { statusOf } from './responses.ts';

/** Takes an upgrade request through authentication and authorization to its stream. Errors are answered as plain HTTP. */
export async function handleUpgrade(core: ServerCore, handler: RequestHandler, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    const { path, query, ctx } = handler.open(request, undefined);
    const parsed = parseResourcePath(path);
    const { name, namespace, subresource } = parsed ?? {};
    if (parsed?.group !== '' || parsed.resource !== 'pods' || name === undefined || subresource === undefined) throw statusError('NotFound', 'the server could not find the requested resource', {});
    authorize(core, ctx.user, { verb: request.method === 'POST' ? 'create' : 'get', group: '', resource: 'pods', subresource, namespace, name });
    const pod = core.store.get(storageKey(pods, namespace, name))?.value.object as Pod | undefined;
    if (pod === undefined) throw notFound(pods, name);
    if ((request.headers.upgrade ?? '').toLowerCase() !== 'websocket') throw statusError('BadRequest', `upgrade to "${request.headers.upgrade}" is not modelled; use WebSocket`);
    if (subresource !== 'exec') throw statusError('BadRequest', `"pods/${subresource}" is not modelled`);
    await serveExec(core, pod, query, request, socket, head);
  } catch (error) {
    const status = statusOf(error);
    const body = `${JSON.stringify(status)}\n`;
    socket.end(`HTTP/1.1 ${status.code ?? 500} ${status.reason ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
  }
}
