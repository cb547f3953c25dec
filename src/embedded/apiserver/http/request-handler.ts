import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { messageOf } from '../../../base/errors.ts';
import type { UserInfo } from '../../../kube/generated/types.ts';
import { isStatus, statusError } from '../../../kube/status-error.ts';
import { ANONYMOUS } from '../authentication/authenticator.ts';
import { impersonate } from '../authentication/impersonation.ts';
import { forbiddenPath } from '../authorization/rbac-authorizer.ts';
import type { RequestContext } from '../request-context.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { answerNonResource } from './non-resource-paths.ts';
import { parseResourcePath } from './request-path.ts';
import type { ResourceRequest } from './resource-request.ts';
import { answerResource } from './resource-requests.ts';
import { sendError, sendText } from './responses.ts';

const MUTATING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const VERBS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const NO_QUERY = new URLSearchParams();

/** UTF-8 bytes as Node takes them in a header, without what no header may hold. */
function headerText(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
}

/** The resource that a request is counted for; a path that cannot be read is none. */
function pathOf(url: string): ReturnType<typeof parseResourcePath> {
  try {
    return parseResourcePath(url.split('?', 1)[0]!);
  } catch {
    return undefined;
  }
}

/** Takes one HTTP request through authentication, authorization and the verb it asks for. Never rejects. */
export class RequestHandler {
  readonly #deps: HandlerDeps;
  /** The user of each TLS connection that brought a certificate. */
  readonly #certificateUsers = new WeakMap<TLSSocket, UserInfo | 'none'>();

  constructor(deps: HandlerDeps) {
    this.#deps = deps;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { core } = this.#deps;
    const isMutating = MUTATING.has(request.method ?? 'GET');
    const end = isMutating ? core.activity.begin(`${request.method} ${request.url}`) : undefined;
    this.#count(request, response);
    try {
      await this.#answer(request, response);
    } catch (error) {
      if (!isStatus(error))
        core.log.error(`${request.method} ${request.url}: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
      sendError(response, error);
    } finally {
      end?.();
    }
  }

  /** Counts the request when its answer is over: a watch counts when it ends. */
  #count({ method = 'GET', url = '/' }: IncomingMessage, response: ServerResponse): void {
    const { metrics } = this.#deps;
    metrics.begin();
    response.once('close', () => {
      const parsed = pathOf(url);
      const isKnown =
        parsed?.resource !== undefined && this.#deps.core.table.find(parsed.group, parsed.version, parsed.resource) !== undefined;
      const { group, version, resource = '', subresource = '' } = isKnown ? parsed : { group: '', version: '' };
      metrics.end({ verb: VERBS.has(method) ? method : 'other', group, version, resource, subresource, code: response.statusCode });
    });
  }

  /** The user behind a request. Throws Unauthorized for credentials that are not valid. */
  authenticate(request: IncomingMessage): UserInfo {
    const header = request.headers.authorization;
    const socket = request.socket as TLSSocket;
    let user = this.#byCertificate(socket);
    if (user === undefined && header !== undefined && /^bearer /i.test(header)) {
      user = this.#deps.authenticator.byToken(header.slice(7).trim())?.user;
      if (user === undefined) throw statusError('Unauthorized', 'Unauthorized');
    }
    return impersonate(this.#deps.core, user ?? ANONYMOUS, request);
  }

  /** Splits the URL, finds the user and makes the context of a request. */
  open(request: IncomingMessage, response: ServerResponse | undefined): { path: string; query: URLSearchParams; ctx: RequestContext } {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const user = this.authenticate(request);
    const agent = request.headers['user-agent'] ?? '';
    const slash = agent.indexOf('/');
    const warnings: string[] = [];
    let abort: AbortController | undefined;
    const ctx: RequestContext = {
      user,
      defaultManager: slash > 0 ? agent.slice(0, slash) : agent || 'unknown',
      // Made on demand: few requests outlive their first turn.
      get signal() {
        if (abort === undefined) {
          const made = (abort = new AbortController());
          (response ?? request.socket).once('close', () => made.abort(new Error('The client has closed the connection.')));
        }
        return abort.signal;
      },
      warn(text) {
        if (warnings.includes(text)) return;
        warnings.push(text);
        response?.setHeader(
          'Warning',
          warnings.map((warning) => headerText(`299 - ${JSON.stringify(warning)}`)),
        );
      },
    };
    return { path: mark < 0 ? url : url.slice(0, mark), query: mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1)), ctx };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { core, discovery, metrics, protobuf } = this.#deps;
    const { path, query, ctx } = this.open(request, response);
    const parsed = parseResourcePath(path);
    if (parsed?.resource === undefined) {
      const verb = (request.method ?? 'GET').toLowerCase();
      if (!core.rbac.isPathAllowed(ctx.user, { verb, path })) throw forbiddenPath(ctx.user, { verb, path });
      if (answerNonResource({ core, discovery, metrics }, path, query, request, response)) return;
      sendText(response, 404, '404 page not found\n');
      return;
    }
    if (!discovery.hasGroup(parsed.group)) {
      sendText(response, 404, '404 page not found\n');
      return;
    }
    const resourceRequest: ResourceRequest = { path: { ...parsed, resource: parsed.resource }, query, ctx, request, response, protobuf };
    await answerResource(this.#deps, resourceRequest);
  }

  #byCertificate(socket: TLSSocket): UserInfo | undefined {
    const known = this.#certificateUsers.get(socket);
    if (known !== undefined) return known === 'none' ? undefined : known;
    const der = socket.getPeerCertificate?.()?.raw;
    const user = der === undefined ? undefined : this.#deps.authenticator.byCertificate(der);
    if (socket.getPeerCertificate !== undefined) this.#certificateUsers.set(socket, user ?? 'none');
    return user;
  }
}
