import { rfc3339 } from '../../../base/clock.ts';
import type { AuthenticationV1TokenRequest, ServiceAccount } from '../../../kube/generated/types.ts';
import type { AnyObject, ObjectKey } from '../../../kube/object.ts';
import { pods, type ResourceType, secrets, serviceAccounts } from '../../../kube/resource-type.ts';
import { conflict, fieldError, invalid, notFound } from '../../../kube/status-error.ts';
import { type BoundObject, TOKEN_ISSUER } from '../authentication/service-account-tokens.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey } from '../storage-key.ts';

const tokenRequests: ResourceType = {
  group: 'authentication.k8s.io',
  version: 'v1',
  resource: 'tokenrequests',
  kind: 'TokenRequest',
  namespaced: true,
};
const DEFAULT_SECONDS = 3600;
const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;

/** POST serviceaccounts/token. Expiry is in host time; the answer shows it in cluster time, so that clients can compare it. */
export function requestToken(core: ServerCore, key: ObjectKey, body: Partial<AuthenticationV1TokenRequest>): AuthenticationV1TokenRequest {
  const account = core.store.get(storageKey(serviceAccounts, key.namespace, key.name))?.value.object as ServiceAccount | undefined;
  if (account === undefined) throw notFound(serviceAccounts, key.name);
  const spec = body.spec ?? ({} as Partial<AuthenticationV1TokenRequest['spec']> & object);
  const expirationSeconds = spec.expirationSeconds ?? DEFAULT_SECONDS;
  if (expirationSeconds < LEAST_SECONDS)
    throw invalid(tokenRequests, body.metadata?.name ?? '', [
      fieldError.invalid('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 10 minutes'),
    ]);
  if (expirationSeconds > MOST_SECONDS)
    throw invalid(tokenRequests, body.metadata?.name ?? '', [
      fieldError.invalid('spec.expirationSeconds', expirationSeconds, 'may not specify a duration larger than 2^32 seconds'),
    ]);
  const ref = spec.boundObjectRef;
  let bound: BoundObject | undefined;
  if (ref?.name) {
    const type = ref.kind === 'Pod' ? pods : secrets;
    const object = core.store.get(storageKey(type, key.namespace, ref.name))?.value.object as AnyObject | undefined;
    if (object === undefined) throw notFound(type, ref.name);
    if (ref.uid && ref.uid !== object.metadata.uid)
      throw conflict(
        type,
        ref.name,
        `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      );
    bound = { kind: ref.kind === 'Pod' ? 'Pod' : 'Secret', name: ref.name, uid: object.metadata.uid };
  }
  const { token, expiresAtMs } = core.tokens.issue(account, { expirationSeconds, audiences: spec.audiences, bound });
  const shownExpiryMs = core.clock.nowMs() + (expiresAtMs - core.hostClock.nowMs());
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: key.name,
      namespace: key.namespace,
      creationTimestamp: rfc3339(core.clock.nowMs()),
    } as AuthenticationV1TokenRequest['metadata'],
    spec: {
      audiences: spec.audiences !== undefined && spec.audiences.length > 0 ? spec.audiences : [TOKEN_ISSUER],
      expirationSeconds,
      ...(ref === undefined ? {} : { boundObjectRef: ref }),
    },
    status: { token, expirationTimestamp: rfc3339(shownExpiryMs) },
  };
}
