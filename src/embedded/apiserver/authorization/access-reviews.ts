import type {
  PolicyRule,
  SubjectAccessReviewSpec,
  UserInfo,
  NonResourceAttributes as WireNonResource,
  ResourceAttributes as WireResource,
} from '../../../kube/generated/types.ts';
import { statusError } from '../../../kube/status-error.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import type { RbacAuthorizer } from './rbac-authorizer.ts';

type Review = { readonly [field: string]: unknown };

/** Answers the reviews of authentication.k8s.io and authorization.k8s.io. `resource` is the plural in the URL. */
export function answerReview(
  resource: string,
  body: Review,
  user: UserInfo,
  namespace: string | undefined,
  deps: { rbac: RbacAuthorizer; authenticator: Authenticator },
): object {
  const spec = (body.spec ?? {}) as Record<string, unknown>;
  const shown = (group: string, kind: string, rest: object): object => ({
    kind,
    apiVersion: `${group}/v1`,
    metadata: body['metadata'] ?? {},
    ...rest,
  });
  switch (resource) {
    case 'selfsubjectaccessreviews':
      return shown('authorization.k8s.io', 'SelfSubjectAccessReview', { spec, status: decide(deps.rbac, user, spec) });
    case 'subjectaccessreviews':
    case 'localsubjectaccessreviews': {
      const asked = spec as SubjectAccessReviewSpec;
      if (!asked.user && (asked.groups ?? []).length === 0)
        throw statusError('BadRequest', 'at least one of user or group must be specified');
      const subject: UserInfo = { username: asked.user ?? '', groups: asked.groups ?? [] };
      const scoped =
        namespace === undefined ? spec : { ...spec, resourceAttributes: { ...(spec['resourceAttributes'] as object), namespace } };
      return shown('authorization.k8s.io', namespace === undefined ? 'SubjectAccessReview' : 'LocalSubjectAccessReview', {
        spec: scoped,
        status: decide(deps.rbac, subject, scoped),
      });
    }
    case 'selfsubjectrulesreviews': {
      if (!spec['namespace']) throw statusError('BadRequest', 'no namespace on request');
      const rules = deps.rbac.rulesIn(user, String(spec['namespace']));
      return shown('authorization.k8s.io', 'SelfSubjectRulesReview', {
        spec: {},
        status: { resourceRules: rules.flatMap(resourceRule), nonResourceRules: rules.flatMap(nonResourceRule), incomplete: false },
      });
    }
    case 'selfsubjectreviews':
      return shown('authentication.k8s.io', 'SelfSubjectReview', { status: { userInfo: user } });
    case 'tokenreviews': {
      if (!spec['token']) throw statusError('BadRequest', 'token is required for TokenReview in authentication');
      const audiences = spec['audiences'] as string[] | undefined;
      const found = deps.authenticator.byToken(
        String(spec['token']),
        audiences !== undefined && audiences.length > 0 ? audiences : undefined,
      );
      return shown('authentication.k8s.io', 'TokenReview', {
        spec,
        status:
          found === undefined
            ? { user: {}, error: 'invalid bearer token' }
            : // Audiences are told to those who named some.
              { authenticated: true, user: found.user, ...(audiences?.length ? { audiences: found.audiences } : {}) },
      });
    }
    default:
      throw statusError('NotFound', 'the server could not find the requested resource', {});
  }
}

function decide(rbac: RbacAuthorizer, user: UserInfo, spec: Record<string, unknown>): { allowed: boolean; reason?: string } {
  const asked = spec['resourceAttributes'] as WireResource | undefined;
  const path = spec['nonResourceAttributes'] as WireNonResource | undefined;
  if ((asked === undefined) === (path === undefined))
    throw statusError('BadRequest', 'exactly one of nonResourceAttributes or resourceAttributes must be specified');
  const allowed =
    asked === undefined
      ? rbac.isPathAllowed(user, { verb: path?.verb ?? '', path: path?.path ?? '' })
      : rbac.isAllowed(user, {
          verb: asked.verb ?? '',
          group: asked.group ?? '',
          resource: asked.resource ?? '',
          subresource: asked.subresource || undefined,
          namespace: asked.namespace || undefined,
          name: asked.name || undefined,
        });
  return {
    allowed,
    ...(allowed && !user.groups?.includes('system:masters')
      ? { reason: 'RBAC: allowed by the Roles and ClusterRoles bound to the user' }
      : {}),
  };
}

function resourceRule(rule: PolicyRule): object[] {
  if ((rule.resources ?? []).length === 0) return [];
  return [
    {
      verbs: rule.verbs,
      apiGroups: rule.apiGroups ?? [],
      resources: rule.resources,
      ...((rule.resourceNames ?? []).length > 0 ? { resourceNames: rule.resourceNames } : {}),
    },
  ];
}

function nonResourceRule(rule: PolicyRule): object[] {
  return (rule.nonResourceURLs ?? []).length === 0 ? [] : [{ verbs: rule.verbs, nonResourceURLs: rule.nonResourceURLs }];
}
