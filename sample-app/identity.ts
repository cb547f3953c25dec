/** Who answers: what the downward API told the container. */
export interface Identity {
  node: string;
  namespace: string;
  pod: string;
  deployment: string;
  version: string;
  podTemplateHash: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The tag of an image reference, `latest` when it has none. */
export function imageTag(reference: string): string {
  const name = reference.split('@')[0]!;
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(colon + 1) : 'latest';
}

/** The hash in a Pod's name `OWNER-HASH-SUFFIX`, which its ReplicaSet gave it; empty when the name has no such form. */
export function hashOfPodName(pod: string): string {
  return pod.match(/-([a-z0-9]{6,10})-[a-z0-9]{5}$/)?.[1] ?? '';
}

/**
 * Reads KUBERNETES_NODE, _NAMESPACE, _POD, _DEPLOYMENT and _POD_TEMPLATE_HASH, and APP_VERSION. The environment is fixed at start: a
 * Pod whose `deployment` label is changed afterwards keeps answering with the old one.
 */
export function readIdentity(env: Env, tag: string): Identity {
  const pod = env.KUBERNETES_POD ?? '';
  return {
    node: env.KUBERNETES_NODE ?? '',
    namespace: env.KUBERNETES_NAMESPACE ?? '',
    pod,
    deployment: env.KUBERNETES_DEPLOYMENT ?? '',
    version: env.APP_VERSION ?? tag,
    podTemplateHash: env.KUBERNETES_POD_TEMPLATE_HASH ?? hashOfPodName(pod),
  };
}
