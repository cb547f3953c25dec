import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { UserInfo } from '../../../kube/generated/types.ts';
import { statusError } from '../../../kube/status-error.ts';
import { authorize } from '../authorization/authorize.ts';
import type { ServerCore } from '../server-core.ts';

const EXTRA = 'impersonate-extra-';
const AUTHENTICATION_GROUP = 'authentication.k8s.io';

/** Who a request asks to act as. */
interface Wanted {
  name: string;
  uid: string;
  groups: readonly string[];
  extra: ReadonlyMap<string, readonly string[]>;
}

/** The user that `Impersonate-*` headers ask to act as, when `user` may: k8s.io/apiserver/pkg/endpoints/filters/impersonation. Throws Forbidden. */
export function impersonate(core: ServerCore, user: UserInfo, request: Pick<IncomingMessage, 'headers' | 'headersDistinct'>): UserInfo {
  if (!asksToImpersonate(request.headers)) return user;
  const wanted = wantedUser(request.headersDistinct);
  if (wanted.name === '')
    throw statusError('InternalError', 'Internal error occurred: requested impersonation without impersonating a user');
  const account = wanted.name.match(/^system:serviceaccount:([^:]+):([^:]+)$/);
  const may = (resource: string, name: string, more: { group?: string; namespace?: string | undefined; subresource?: string } = {}): void =>
    authorize(core, user, { verb: 'impersonate', group: '', resource, name, ...more });
  if (account !== null) may('serviceaccounts', account[2]!, { namespace: account[1] });
  else may('users', wanted.name);
  for (const group of wanted.groups) may('groups', group);
  for (const [key, values] of wanted.extra)
    for (const value of values) may('userextras', value, { group: AUTHENTICATION_GROUP, subresource: key });
  if (wanted.uid !== '') may('uids', wanted.uid, { group: AUTHENTICATION_GROUP });

  const implied = impliedGroups(wanted, account?.[1]);
  return {
    username: wanted.name,
    ...(wanted.uid === '' ? {} : { uid: wanted.uid }),
    groups: [...wanted.groups, ...implied.filter((group) => !wanted.groups.includes(group))],
    ...(wanted.extra.size === 0 ? {} : { extra: Object.fromEntries([...wanted.extra].map(([key, values]) => [key, [...values]])) }),
  };
}

function asksToImpersonate(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

function wantedUser(headers: NodeJS.Dict<string[]>): Wanted {
  const extra = new Map<string, string[]>();
  for (const [name, values = []] of Object.entries(headers))
    if (name.startsWith(EXTRA)) extra.set(extraKey(name.slice(EXTRA.length)), values);
  return {
    name: headers['impersonate-user']?.[0] ?? '',
    uid: headers['impersonate-uid']?.[0] ?? '',
    groups: headers['impersonate-group'] ?? [],
    extra,
  };
}

/** Header names hold no `/`, so clients escape it; what is no escape stands for itself. */
function extraKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function impliedGroups({ name, groups }: Wanted, accountNamespace: string | undefined): string[] {
  if (name === 'system:anonymous') return ['system:unauthenticated'];
  const ofAccount = accountNamespace !== undefined && groups.length === 0;
  return [...(ofAccount ? ['system:serviceaccounts', `system:serviceaccounts:${accountNamespace}`] : []), 'system:authenticated'];
}
