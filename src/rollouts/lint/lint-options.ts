/** What the files alone do not tell. */
export interface LintOptions {
  /** Somebody promotes Rollouts that wait for ever. */
  hasPromotePlan?: boolean;
  /** Helm's major version that installs the objects; its 4 waits for Rollouts that it cannot read. */
  helm?: number;
  /** Ingress classes that the cluster serves. */
  ingressClasses?: readonly string[];
}
