import { TOKEN_HEADER, type WireError, type WireNamespaces, type WireRolloutList, type WireSettings, type WireVersion } from '../wire.ts';

export class RestError extends Error {
  readonly httpStatus: number;

  constructor(httpStatus: number, message: string) {
    super(message);
    this.httpStatus = httpStatus;
  }
}

let token = document.querySelector<HTMLMetaElement>('meta[name="dashboard-token"]')?.content ?? '';

async function call<T>(method: 'GET' | 'PUT', path: string, body?: object): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { accept: 'application/json', ...(method === 'GET' ? {} : { [TOKEN_HEADER]: token, 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  if (response.ok && isJson) return (await response.json()) as T;
  const text = await response.text();
  let message = text.slice(0, 300) || response.statusText;
  try {
    message = (JSON.parse(text) as WireError).message;
  } catch {
    /* not the server's own words */
  }
  throw new RestError(response.status, message);
}

/** A restarted server has another token, and only the page's document tells it. */
async function renewToken(): Promise<boolean> {
  const before = token;
  const html = await (await fetch(document.baseURI)).text();
  token = new DOMParser().parseFromString(html, 'text/html').querySelector<HTMLMetaElement>('meta[name="dashboard-token"]')?.content ?? '';
  return token !== before;
}

async function put(path: string, body: object = {}): Promise<void> {
  try {
    await call('PUT', path, body);
  } catch (error) {
    if (!(error instanceof RestError) || error.httpStatus !== 403 || !(await renewToken())) throw error;
    await call('PUT', path, body);
  }
}

const seg = encodeURIComponent;

export const listPath = (namespace: string): string => `api/v1/rollouts/${seg(namespace)}/info`;
export const rolloutPath = (namespace: string, name: string): string => `api/v1/rollouts/${seg(namespace)}/${seg(name)}`;
export const livePath = (namespace: string, name: string): string => `lab/v1/live/${seg(namespace)}/${seg(name)}`;

export const readNamespaces = (): Promise<WireNamespaces> => call('GET', 'api/v1/namespace');
export const readVersion = (): Promise<WireVersion> => call('GET', 'api/v1/version');
export const readList = (namespace: string): Promise<WireRolloutList> => call('GET', listPath(namespace));
/** `undefined` on a server that is not ours. */
export const readSettings = (): Promise<WireSettings | undefined> => call<WireSettings>('GET', 'lab/v1/settings').catch(() => undefined);

export type Verb = 'promote' | 'promote-full' | 'abort' | 'retry' | 'restart';

export function act(namespace: string, name: string, verb: Verb): Promise<void> {
  const path = rolloutPath(namespace, name);
  if (verb === 'promote' || verb === 'promote-full') return put(`${path}/promote`, { full: verb === 'promote-full' });
  return put(`${path}/${verb}`);
}

export const rollBack = (namespace: string, name: string, revision: number): Promise<void> =>
  put(`${rolloutPath(namespace, name)}/undo/${revision}`);

/** `image` is split at its last colon, as upstream's page does: `registry:5000/shop` without a tag is refused by `splitImage` before. */
export function saveImage(namespace: string, name: string, container: string, image: { name: string; tag: string }): Promise<void> {
  return put(`${rolloutPath(namespace, name)}/set/${seg(container)}/${image.name.split('/').map(seg).join('/')}/${seg(image.tag)}`);
}
