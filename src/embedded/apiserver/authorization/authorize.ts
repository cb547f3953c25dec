import type { UserInfo } from '../../../kube/generated/types.ts';
import type { ServerCore } from '../server-core.ts';
import type { ResourceAttributes } from './attributes.ts';
import { forbiddenRequest } from './rbac-authorizer.ts';

/** Throws Forbidden with upstream's text unless a rule allows the request. */
export function authorize(core: ServerCore, user: UserInfo, attributes: ResourceAttributes): void {
  if (!core.rbac.isAllowed(user, attributes)) throw forbiddenRequest(user, attributes);
}
