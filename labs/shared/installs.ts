import { cmd } from '../../src/index.ts';
import { rolledOut } from './commands.ts';

// The Helm charts that labs install, each with the wait that shows that it runs.

export const installIngressNginx = () => [
  cmd('helm', (v) => ['repo', 'add', 'ingress-nginx', v['ingressNginxRepository']]),
  cmd('helm', (v) => [
    'install',
    'ingress-nginx/ingress-nginx',
    '--name-template',
    'ingress-nginx',
    '--create-namespace',
    '-n',
    'ingress-nginx',
    '--values',
    v['ingressValues'],
    '--version',
    '4.8.3',
  ]),
  rolledOut('deployment/ingress-nginx-controller', 'ingress-nginx'),
];

export const installArgoRollouts = (options: { dashboard?: boolean } = {}) => [
  cmd('helm', (v) => ['repo', 'add', 'argo', v['argoRepository']]),
  cmd('helm', (v) => [
    'install',
    'argo-rollouts',
    'argo/argo-rollouts',
    '--version',
    v['argoRolloutsChart'],
    '--create-namespace',
    '-n',
    'argo-rollouts',
    ...(options.dashboard === true ? ['--set', 'dashboard.enabled=true'] : []),
    '--set',
    'controller.replicas=1',
  ]),
  rolledOut('deployment/argo-rollouts', 'argo-rollouts'),
  ...(options.dashboard === true ? [rolledOut('deployment/argo-rollouts-dashboard', 'argo-rollouts')] : []),
];

export const installPrometheus = () => [
  cmd('helm', (v) => ['repo', 'add', 'prometheus-community', v['prometheusRepository']]),
  cmd('helm', [
    'install',
    'prometheus',
    'prometheus-community/kube-prometheus-stack',
    '--version',
    '54.2.2',
    '--create-namespace',
    '-n',
    'prometheus',
  ]),
  rolledOut('statefulset/prometheus-prometheus-kube-prometheus-prometheus', 'prometheus'),
];

/** Users that send requests through the ingress in the cluster's own time, whatever the clock of this machine does. */
export const startUsers = () => [cmd('kubectl', (v) => ['apply', '-f', v['users']]), rolledOut('deployment/users')];
