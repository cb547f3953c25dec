import type { Check, Step, Variables, VariablesContext } from '../../src/index.ts';
import { checks, cmd, customResourceDefinitions, deployments, nodes, pods, step } from '../../src/index.ts';
import { installArgoRollouts, installIngressNginx } from './installs.ts';
import { sampleAppImage } from './names.ts';

/** What the ingress controller and the sample app ask for; a lab adds its chart. */
export const ingressVariables = (ctx: VariablesContext): Variables => ({
  ingressNginxRepository: ctx.chartRepositories['ingress-nginx'],
  ingressValues: ctx.shipped('kind/ingress-nginx-values.yaml'),
  image: ctx.setting?.('sampleAppImage') ?? sampleAppImage,
});

/** The same with Argo Rollouts, Prometheus and users. */
export const rolloutVariables = (ctx: VariablesContext): Variables => ({
  ...ingressVariables(ctx),
  argoRepository: ctx.chartRepositories['argo'],
  argoRolloutsChart: ctx.setting?.('argoRolloutsChart') ?? '2.32.5',
  prometheusRepository: ctx.chartRepositories['prometheus-community'],
  users: ctx.shipped('labs/shared/manifests/users.yaml'),
});

/** A Deployment has as many available Pods as it is asked for. */
export const deploymentAvailable = (id: string, namespace: string, name: string): Check =>
  checks.field(
    {
      id,
      title: { en: `Deployment ${name} has an available Pod`, ko: `Deployment ${name}에 사용 가능한 Pod가 있습니다` },
      next: {
        en: `Look at its Pods: kubectl describe pods -n ${namespace}`,
        ko: `Pod를 살펴보세요: kubectl describe pods -n ${namespace}`,
      },
    },
    { resource: deployments, key: { namespace, name }, path: ['status', 'availableReplicas'], equals: 1 },
  );

export const nodeReady = (id: string): Check =>
  checks.count({ id, title: { en: 'a node is Ready', ko: 'Ready 상태의 노드가 있습니다' } }, { resource: nodes, atLeast: 1, ready: true });

export const rolloutsServed = (id: string): Check =>
  checks.field(
    { id, title: { en: 'the API serves Rollouts', ko: 'API 서버가 Rollout 리소스를 제공합니다' } },
    {
      resource: customResourceDefinitions,
      key: { name: 'rollouts.argoproj.io' },
      path: ['spec', 'versions', 'name=v1alpha1', 'served'],
      equals: true,
    },
  );

export const prometheusReady = (id: string): Check =>
  checks.field(
    { id, title: { en: 'Prometheus is ready', ko: 'Prometheus가 준비되었습니다' } },
    {
      resource: pods,
      key: { namespace: 'prometheus', name: 'prometheus-prometheus-kube-prometheus-prometheus-0' },
      path: ['status', 'conditions', 'type=Ready', 'status'],
      equals: 'True',
    },
  );

export const retired = {
  id: 'ingress-nginx-retired',
  text: {
    en: 'ingress-nginx has been retired since March 2026, and version 4.8.3 is open to CVE-2025-1974. Use it for learning on your own machine only.',
    ko: 'ingress-nginx는 2026년 3월에 지원이 종료되었고, 4.8.3 버전에는 CVE-2025-1974 취약점이 있습니다. 자신의 컴퓨터에서 학습할 때만 쓰세요.',
  },
};

/** The ingress controller, for labs that need nothing else. */
export const ingressNginxStep = (): Step =>
  step({
    id: 'ingress-nginx',
    minutes: 2,
    title: { en: 'Install the NGINX Ingress Controller', ko: 'NGINX 인그레스 컨트롤러 설치' },
    say: {
      en: 'Every request from outside passes through the ingress controller. It reads Ingress objects and decides for each request which Service answers.',
      ko: '밖에서 들어오는 모든 요청은 인그레스 컨트롤러를 지납니다. 컨트롤러는 Ingress 객체를 읽고 요청마다 어느 Service가 응답할지 정합니다.',
    },
    run: [cmd('kubectl', ['get', 'nodes']), ...installIngressNginx()],
    checks: [nodeReady('ingress-nginx-node'), deploymentAvailable('ingress-nginx-available', 'ingress-nginx', 'ingress-nginx-controller')],
    notes: [retired],
    hint: {
      en: 'The chart is called ingress-nginx/ingress-nginx; its values are in the file kind/ingress-nginx-values.yaml.',
      ko: '차트 이름은 ingress-nginx/ingress-nginx이고, 값은 kind/ingress-nginx-values.yaml 파일에 있습니다.',
    },
  });

/** Both controllers, for labs that begin where lab 02 has ended. */
export const controllersStep = (): Step =>
  step({
    id: 'controllers',
    minutes: 2,
    title: { en: 'Install both controllers, as in lab 02', ko: '두 컨트롤러 설치(2부와 같음)' },
    say: {
      en: 'The ingress controller carries the requests, the Rollouts controller moves them. Lab 02 takes its time over both; here they are only installed.',
      ko: '인그레스 컨트롤러는 요청을 나르고, Rollouts 컨트롤러는 그 비율을 옮깁니다. 자세한 설명은 2부에 있고 여기서는 설치만 합니다.',
    },
    run: [...installIngressNginx(), ...installArgoRollouts()],
    checks: [
      nodeReady('controllers-node'),
      deploymentAvailable('controllers-ingress-nginx', 'ingress-nginx', 'ingress-nginx-controller'),
      deploymentAvailable('controllers-argo-rollouts', 'argo-rollouts', 'argo-rollouts'),
      rolloutsServed('controllers-crd'),
    ],
    notes: [retired],
  });
