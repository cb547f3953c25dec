import type { IncomingHttpHeaders } from 'node:http';
import type { UserInfo } from '../../../kube/generated/types.ts';
import { statusError } from '../../../kube/status-error.ts';
import { authorize } from '../authorization/authorize.ts';
import type { ServerCore } from '../server-core.ts';

/** The user that `Impersonate-*` headers ask to act as, when `user` may. Throws Forbidden otherwise. */
export function impersonate(core: ServerCore, user: UserInfo, headers: IncomingHttpHeaders): UserInfo {
  const name = headers['impersonate-user'];
  const groups = headers['impersonate-group'];
  if (name === undefined) {
    if (groups !== undefined)
      throw statusError('InternalError', 'Internal error occurred: requested impersonation without impersonating a user');
    return user;
  }
  const wanted = String(name);
  const wantedGroups =
    groups === undefined
      ? []
      : String(groups)
          .split(',')
          .map((group) => group.trim());
  const account = wanted.match(/^system:serviceaccount:([^:]+):([^:]+)$/);
  if (account !== null)
    authorize(core, user, { verb: 'impersonate', group: '', resource: 'serviceaccounts', namespace: account[1], name: account[2] });
  else authorize(core, user, { verb: 'impersonate', group: '', resource: 'users', name: wanted });
  for (const group of wantedGroups) authorize(core, user, { verb: 'impersonate', group: '', resource: 'groups', name: group });
  const implied =
    wanted === 'system:anonymous'
      ? ['system:unauthenticated']
      : account !== null && groups === undefined
        ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`, 'system:authenticated']
        : ['system:authenticated'];
  return { username: wanted, groups: [...wantedGroups, ...implied.filter((group) => !wantedGroups.includes(group))] };
}
