import type { IncomingMessage, ServerResponse } from 'node:http';
import { groupResource } from '../../../kube/status-error.ts';
import type { Document } from '../discovery/discovery-documents.ts';
import { OPENAPI_V2_MEDIA_TYPE, openApiV2Bytes } from '../openapi/v2.ts';
import { openApiPath, openApiV3Document, openApiV3Hash, openApiV3Index } from '../openapi/v3.ts';
import type { ServerCore } from '../server-core.ts';
import { storagePrefix } from '../storage-key.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { sendObject, sendText } from './responses.ts';

const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const ROOT_PATHS = [
  '/api',
  '/api/v1',
  '/apis',
  '/apis/',
  '/healthz',
  '/livez',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/readyz',
  '/version',
];

/** Answers what is neither a resource nor below one. Returns false for a path that is not served. */
export function answerNonResource(
  { core, discovery, metrics }: Pick<HandlerDeps, 'core' | 'discovery' | 'metrics'>,
  path: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  switch (trimmed) {
    case '/healthz':
    case '/livez':
    case '/readyz':
      sendText(response, 200, query.has('verbose') ? verboseHealth(trimmed.slice(1)) : 'ok');
      return true;
    case '/metrics':
      sendText(response, 200, metrics.text(storedObjects(core)));
      return true;
    case '/version':
      sendObject(response, 200, versionInfo(core));
      return true;
    case '/':
    case '':
      sendObject(response, 200, {
        paths: [
          ...ROOT_PATHS,
          ...core.table
            .groups()
            .filter(({ group }) => group !== '')
            .flatMap(({ group, versions }) => [`/apis/${group}`, ...versions.map(({ version }) => `/apis/${group}/${version}`)]),
        ].sort(),
      });
      return true;
    case '/api':
    case '/apis': {
      const root = trimmed.slice(1) as 'api' | 'apis';
      if (wantsAggregated(request.headers.accept)) sendDocument(request, response, discovery.aggregated(root), AGGREGATED_TYPE);
      else
        sendDocument(
          request,
          response,
          root === 'api' ? discovery.legacyCore(request.headers.host ?? '') : discovery.legacyGroups(),
          'application/json',
        );
      return true;
    }
    case '/openapi/v2':
      sendOpenApiV2(core, request, response);
      return true;
    case '/openapi/v3':
      sendOpenApiV3Index(core, request, response);
      return true;
  }
  if (trimmed.startsWith('/healthz/') || trimmed.startsWith('/livez/') || trimmed.startsWith('/readyz/')) {
    sendText(response, 200, 'ok');
    return true;
  }
  if (trimmed.startsWith('/openapi/v3/'))
    return sendOpenApiV3Document(core, trimmed.slice('/openapi/v3/'.length), query, request, response);
  const segments = trimmed.split('/').slice(1);
  const document =
    segments[0] === 'apis' && segments.length === 2
      ? discovery.legacyGroup(segments[1]!)
      : segments[0] === 'apis' && segments.length === 3
        ? discovery.legacyVersion(segments[1]!, segments[2]!)
        : segments[0] === 'api' && segments.length === 2
          ? discovery.legacyVersion('', segments[1]!)
          : undefined;
  if (document === undefined) return false;
  sendDocument(request, response, document, 'application/json');
  return true;
}

/** The checks behind a health endpoint, each on a line. All of them hold while the server answers at all. */
function verboseHealth(endpoint: string): string {
  const checks = [
    'ping',
    'log',
    'etcd',
    'poststarthook/crd-informer-synced',
    'poststarthook/rbac/bootstrap-roles',
    ...(endpoint === 'readyz' ? ['informer-sync', 'shutdown'] : []),
  ];
  return `${checks.map((check) => `[+]${check} ok\n`).join('')}${endpoint} check passed\n`;
}

function storedObjects(core: ServerCore): { resource: string; count: number }[] {
  const counts = new Map(core.table.all().map(({ type }) => [groupResource(type), core.store.count(storagePrefix(type))]));
  return [...counts].map(([resource, count]) => ({ resource, count })).sort((a, b) => (a.resource < b.resource ? -1 : 1));
}

function wantsAggregated(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((entry) => entry.includes('as=APIGroupDiscoveryList') && /;\s*v=v2(?:;|$)/.test(entry));
}

function versionInfo(core: ServerCore): object {
  const [major, minor] = core.gitVersion.slice(1).split('.');
  return {
    major,
    minor,
    gitVersion: core.gitVersion,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'go1.24',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

/** Upstream says `public` alone; with cluster time ahead of the host's a client would then never ask again. */
const REVALIDATED = { 'Cache-Control': 'public, no-cache' } as const;

/** Sends a document, or 304 when the client has this very one (ETags of other servers never match). */
function sendDocument(
  request: IncomingMessage,
  response: ServerResponse,
  { body, etag }: Document,
  contentType: string,
  caching: Record<string, string> = REVALIDATED,
): void {
  const headers = { ETag: etag, Vary: 'Accept', ...caching };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Type': contentType, 'Content-Length': body.length });
  response.end(body);
}

function sendOpenApiV2(core: ServerCore, request: IncomingMessage, response: ServerResponse): void {
  sendDocument(request, response, { body: Buffer.from(openApiV2Bytes()), etag: `"${core.instanceId}-v2"` }, OPENAPI_V2_MEDIA_TYPE);
}

function sendOpenApiV3Index(core: ServerCore, request: IncomingMessage, response: ServerResponse): void {
  const body = Buffer.from(JSON.stringify(openApiV3Index(core.table.all(), core.instanceId)));
  sendDocument(request, response, { body, etag: `"${core.instanceId}-v3-${core.table.generation}"` }, 'application/json');
}

function sendOpenApiV3Document(
  core: ServerCore,
  name: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const rows = core.table.all();
  if (!rows.some(({ type }) => openApiPath(type) === name)) return false;
  const current = openApiV3Hash(name, rows, core.instanceId);
  const wanted = query.get('hash');
  if (wanted !== null && wanted !== current) {
    response.writeHead(301, { Location: `/openapi/v3/${name}?hash=${current}` });
    response.end();
    return true;
  }
  const body = Buffer.from(JSON.stringify(openApiV3Document(name, rows)));
  const expires = new Date(core.clock.nowMs() + 365 * 86_400_000).toUTCString();
  sendDocument(
    request,
    response,
    { body, etag: `"${current}"` },
    'application/json',
    wanted === null ? { 'Cache-Control': 'no-cache, private' } : { 'Cache-Control': 'public, immutable', Expires: expires },
  );
  return true;
}
