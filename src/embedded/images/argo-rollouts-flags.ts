export interface ArgoRolloutsFlags {
  healthzPort: number;
  metricsPort: number;
  leaderElect: boolean;
  namespaced: boolean;
  namespace: string | undefined;
  nginxIngressClasses: readonly string[];
  rolloutThreads: number;
}

/** Flags of the real controller that change nothing here; a value may follow each. */
const WITHOUT_EFFECT = new Set([
  'loglevel',
  'klogloglevel',
  'kloglevel',
  'logformat',
  'instance-id',
  'qps',
  'burst',
  'rollout-resync',
  'analysis-threads',
  'experiment-threads',
  'service-threads',
  'ingress-threads',
  'ephemeral-metadata-threads',
  'targetGroupBindingVersion',
  'albTagKeyResourceID',
  'istio-api-version',
  'traefik-api-group',
  'traefik-api-version',
  'ambassador-api-version',
  'apisix-api-version',
  'smi-api-version',
  'alb-ingress-classes',
  'alb-verify-target-group',
  'aws-verify-target-group',
  'leader-election-lease-duration',
  'leader-election-renew-deadline',
  'leader-election-retry-period',
  'leader-election-namespace',
  'experiments-threads',
  'self-service-notification-enabled',
  'controllers',
  'print-version',
  'disable-http2',
  'enable-pprof-address',
  'istio-host-cluster',
  'istio-primary-kubeconfig',
]);

/** Reads the arguments that either chart generation passes. An unknown flag gives the text of the error instead. */
export function parseArgoRolloutsFlags(args: readonly string[]): ArgoRolloutsFlags | string {
  const flags: ArgoRolloutsFlags = {
    healthzPort: 8080,
    metricsPort: 8090,
    leaderElect: false,
    namespaced: false,
    namespace: undefined,
    nginxIngressClasses: ['nginx'],
    rolloutThreads: 10,
  };
  const classes: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const match = args[at]!.match(/^--?([^=]+)(?:=(.*))?$/s);
    if (match === null) continue;
    const name = match[1]!;
    const isSwitch =
      name === 'leader-elect' || name === 'namespaced' || name === 'alb-verify-target-group' || name === 'aws-verify-target-group';
    const value = match[2] ?? (isSwitch || args[at + 1]?.startsWith('-') !== false ? 'true' : args[(at += 1)]!);
    switch (name) {
      case 'healthzPort':
      case 'healthzport':
        flags.healthzPort = Number(value);
        break;
      case 'metricsPort':
      case 'metricsport':
        flags.metricsPort = Number(value);
        break;
      case 'leader-elect':
        flags.leaderElect = value === 'true';
        break;
      case 'namespaced':
        flags.namespaced = value === 'true';
        break;
      case 'namespace':
      case 'n':
        flags.namespace = value;
        break;
      case 'rollout-threads':
        flags.rolloutThreads = Number(value);
        break;
      case 'nginx-ingress-classes':
        classes.push(...value.split(','));
        break;
      default:
        if (!WITHOUT_EFFECT.has(name)) return `unknown flag: --${name}`;
    }
  }
  return classes.length === 0 ? flags : { ...flags, nginxIngressClasses: classes };
}
