import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageBundle, PageFile } from './page-bundle.ts';

/** No script, style, picture or request but our own, and no frame around the page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Serves the file at `path` below the root, or the page itself with the root and the token filled in. */
export function servePage(
  bundle: PageBundle,
  path: string,
  page: { basePath: string; token: string; cookie: string },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const file = path === 'index.html' ? undefined : bundle.get(path);
  if (file !== undefined) {
    serveFile(file, path.startsWith('assets/'), request, response);
    return;
  }
  const index = bundle.get('index.html')!;
  const html = index.bytes
    .toString('utf8')
    .replace('<base href="/" />', `<base href="${page.basePath}/" />`)
    .replace('content="TOKEN"', `content="${page.token}"`);
  response
    .writeHead(200, { ...SECURITY_HEADERS, 'content-type': index.contentType, 'cache-control': 'no-store', 'set-cookie': page.cookie })
    .end(request.method === 'HEAD' ? undefined : html);
}

function serveFile(file: PageFile, isNamedByContent: boolean, request: IncomingMessage, response: ServerResponse): void {
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': file.contentType,
    etag: file.tag,
    'cache-control': isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  };
  if (request.headers['if-none-match'] === file.tag) {
    response.writeHead(304, headers).end();
    return;
  }
  const isGzip = file.gzipped !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const bytes = isGzip ? file.gzipped! : file.bytes;
  response
    .writeHead(200, { ...headers, 'content-length': bytes.length, ...(isGzip ? { 'content-encoding': 'gzip' } : {}) })
    .end(request.method === 'HEAD' ? undefined : bytes);
}
