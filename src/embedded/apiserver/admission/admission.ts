import type { UserInfo } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';

/** What an admission webhook is asked about. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  resource: Resource;
  subresource?: string | undefined;
  namespace: string | undefined;
  name: string;
  object?: AnyObject;
  oldObject?: AnyObject;
  user: UserInfo;
  dryRun: boolean;
}

/** Who may change or refuse a write. Both methods return `undefined`, not a promise, when nobody wants to see the request. */
export interface Admission {
  /** Resolves with the object as it has been changed; throws a refusal. */
  mutate(request: AdmissionRequest, ctx: RequestContext): Promise<AnyObject> | undefined;
  /** Throws a refusal. */
  validate(request: AdmissionRequest, ctx: RequestContext): Promise<void> | undefined;
}
