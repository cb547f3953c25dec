import { type FailureRule, rule } from './failure-rule.ts';

/** What helm says when a release cannot be made. */
export const HELM_FAILURES: readonly FailureRule[] = [
  rule(
    ['helm'],
    /another operation \(install\/upgrade\/rollback\) is in progress/,
    'RELEASE_LOCKED',
    'An earlier run of helm was cut off while it worked on this release.',
    'Undo it: helm rollback RELEASE, or helm uninstall RELEASE, then go on.',
  ),
  rule(
    ['helm'],
    /cannot re-?use a name that is still in use/,
    'RELEASE_EXISTS',
    'A release with this name is already installed.',
    'Remove it (helm uninstall RELEASE), or use another cluster.',
  ),
  rule(
    ['helm'],
    /"([^"]+)" has no deployed releases/,
    'RELEASE_BROKEN',
    (match) => `The first install of release "${match[1]}" failed.`,
    (match) => `Remove it: helm uninstall ${match[1]}`,
  ),
  rule(
    ['helm'],
    /invalid ownership metadata/,
    'FOREIGN_OBJECT',
    "Something else than helm made an object that the chart holds (minikube's ingress addon does).",
    'Switch the addon off (minikube addons disable ingress), or use a fresh cluster.',
  ),
  rule(
    ['helm'],
    /context deadline exceeded|timed out waiting for the condition/,
    'RELEASE_NOT_READY',
    'What the chart installs did not become ready in time.',
    'Without a load balancer "helm --wait" never ends for a LoadBalancer Service; Helm 4 does not see a Rollout as ready. Wait with "kubectl rollout status" instead.',
  ),
];
