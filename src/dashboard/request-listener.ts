import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import { refusalOf } from './guard.ts';
import type { PageBundle } from './page-bundle.ts';
import { SECURITY_HEADERS, servePage } from './page-server.ts';
import { answerCall, type RestApiDeps } from './rest-api.ts';
import { TOKEN_HEADER } from './wire.ts';

/** Where the dashboard is served, and to whom. */
export interface DashboardSite {
  /** Stands before every path: `/rollouts`, or nothing. */
  basePath: string;
  /** What mutations must carry. */
  token: string;
  page: PageBundle;
  readOnly?: boolean | undefined;
  /** Reading needs the token as well. */
  tokenToRead?: boolean | undefined;
  /** Further host names, beside loopback. */
  hosts?: readonly string[] | undefined;
}

/** Answers the requests of a browser: calls of the API, the page's files, and redirects from addresses that one may type. */
export function createRequestListener(
  site: DashboardSite,
  deps: RestApiDeps,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { basePath, token } = site;
  const cookieName = `dashboard-token-${token.slice(0, 6)}`;
  const page = { basePath, token, cookie: `${cookieName}=${token}; Path=${basePath}/; HttpOnly; SameSite=Strict` };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://dashboard.invalid');
    const refusal = refusalOf(
      {
        method: request.method ?? 'GET',
        host: request.headers.host,
        origin: request.headers.origin,
        fetchSite: header(request, 'sec-fetch-site'),
        tokens: [header(request, TOKEN_HEADER), cookie(request, cookieName), url.searchParams.get('token') ?? undefined],
      },
      { hosts: site.hosts ?? [], token, readOnly: site.readOnly === true, tokenToRead: site.tokenToRead === true },
    );
    if (refusal !== undefined) {
      sendJson(response, refusal.httpStatus, { code: refusal.httpStatus === 401 ? 16 : 7, message: refusal.message });
      return;
    }
    const path = url.pathname;
    const query = url.search;
    if (path === '/' && basePath !== '') {
      redirect(response, `${basePath}/${query}`);
      return;
    }
    const callIn = ['/api/v1/', `${basePath}/api/v1/`, `${basePath}/lab/v1/`].find((prefix) => path.startsWith(prefix));
    if (callIn !== undefined) {
      const parts = path.slice(callIn.length).split('/').map(decoded);
      const answer = await answerCall(callIn.includes('/lab/') ? 'lab' : 'api', parts, {
        request,
        response,
        query: url.searchParams,
        deps,
      });
      if (answer !== undefined) sendJson(response, 200, answer);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new ApiError(12, 'Method Not Allowed');
    // The tutorial's address, from before the root path existed.
    if (basePath !== '' && path.startsWith('/rollout/')) {
      redirect(response, `${basePath}${path}${query}`);
      return;
    }
    if (path === basePath && basePath !== '') {
      redirect(response, `${basePath}/${query}`);
      return;
    }
    if (!path.startsWith(`${basePath}/`)) throw new ApiError(5, 'Not Found');
    servePage(site.page, path.slice(basePath.length + 1), page, request, response);
  };

  return (request, response) => {
    void handle(request, response).catch((error: unknown) => {
      const failure = ApiError.of(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, failure.httpStatus, failure.body);
    });
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function cookie(request: IncomingMessage, name: string): string | undefined {
  return request.headers.cookie
    ?.split(/;\s*/)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiError(3, `"${part}" is not well encoded`);
  }
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { ...SECURITY_HEADERS, location }).end();
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { ...SECURITY_HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
