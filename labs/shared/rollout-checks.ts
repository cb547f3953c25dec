import type { Check, Text } from '../../src/index.ts';
import { checks, cmd, ingresses, pods, rollouts } from '../../src/index.ts';

export const ns = 'sample-app';
export const app = { namespace: ns, name: 'sample-app' };
export const canaryService = { namespace: ns, name: 'sample-app-canary' };
export const canaryIngress = { namespace: ns, name: 'sample-app-sample-app-canary' };
export const image = 'ghcr.io/canary-lab/sample-app';
export const appRequest = { host: 'sample.app', path: '/success' };
export const nginx = (name: string): string => `nginx.ingress.kubernetes.io/${name}`;
/** How often a correct split may be called wrong. */
export const ERROR_RATE = 1e-6;

export const rolloutCommand = (...words: string[]) => cmd('kubectl', ['argo', 'rollouts', ...words, '-n', ns]);
export const setImage = (tag: string) => rolloutCommand('set', 'image', 'sample-app', `sample-app=${image}:${tag}`);

// The checks that the labs about Rollouts share. `at` is the step's id, so that every check of a lab has a name of its own.
export const weight = (at: string, percent: number): Check =>
  checks.field(
    {
      id: `${at}-weight`,
      title: {
        en: `the canary ingress asks for ${percent} % of the traffic`,
        ko: `카나리아 Ingress의 가중치 애너테이션이 ${percent}입니다`,
      },
      next: {
        en: 'Is the Rollouts controller running? It writes this annotation.',
        ko: 'Rollouts 컨트롤러가 실행 중인지 확인하세요. 이 애너테이션은 컨트롤러가 씁니다.',
      },
    },
    { resource: ingresses, key: canaryIngress, path: ['metadata', 'annotations', nginx('canary-weight')], equals: String(percent) },
  );

export const phase = (at: string, value: 'Healthy' | 'Paused' | 'Degraded' | 'Progressing'): Check =>
  checks.field(
    {
      id: `${at}-phase`,
      title: { en: `the Rollout is ${value}`, ko: `Rollout의 상태가 ${value}입니다` },
      next: {
        en: 'Read its message and events: kubectl describe rollout sample-app -n sample-app',
        ko: '메시지와 이벤트를 읽어 보세요: kubectl describe rollout sample-app -n sample-app',
      },
    },
    { resource: rollouts, key: app, path: ['status', 'phase'], equals: value },
  );

export const message = (at: string, title: Text, expected: string | RegExp): Check =>
  checks.field(
    { id: `${at}-message`, title },
    {
      resource: rollouts,
      key: app,
      path: ['status', 'message'],
      ...(typeof expected === 'string' ? { equals: expected } : { matches: expected }),
    },
  );

export const stepIndex = (at: string, index: number, of = 6): Check =>
  checks.field(
    {
      id: `${at}-step-index`,
      title: { en: `the Rollout is at step ${index} of ${of}`, ko: `Rollout이 ${of}단계 중 ${index}단계에 있습니다` },
    },
    { resource: rollouts, key: app, path: ['status', 'currentStepIndex'], equals: index },
  );

export const revision = (at: string, number: number): Check =>
  checks.field(
    {
      id: `${at}-revision`,
      title: { en: `the Rollout is at revision ${number}`, ko: `Rollout의 리비전이 ${number}입니다` },
    },
    { resource: rollouts, key: app, path: ['metadata', 'annotations', 'rollout.argoproj.io/revision'], equals: String(number) },
  );

export const stable = (at: string, number: number): Check =>
  checks.rolloutHash(
    {
      id: `${at}-stable`,
      title: { en: `revision ${number} is the stable one`, ko: `리비전 ${number}이(가) 안정 버전입니다` },
    },
    { rollout: app, status: 'stableRS', revision: number },
  );

export const serviceSelects = (at: string, which: 'stable' | 'canary', number: number): Check => {
  const service = which === 'stable' ? app : canaryService;
  return checks.serviceRevision(
    {
      id: `${at}-${which}-service`,
      title: {
        en: `Service ${service.name} selects revision ${number}`,
        ko: `Service ${service.name}이(가) 리비전 ${number}을(를) 선택합니다`,
      },
    },
    { service, rollout: app.name, revision: number },
  );
};

/** Pods by the label that canaryMetadata and stableMetadata put on them. */
export const labelled = (at: string, counts: { stable?: number; canary?: number }): Check[] =>
  (['stable', 'canary'] as const).flatMap((role) => {
    const count = counts[role];
    return count === undefined
      ? []
      : [
          checks.count(
            {
              id: `${at}-pods-${role}`,
              title: { en: `Pods with the label deployment=${role}: ${count}`, ko: `레이블 deployment=${role}인 Pod: ${count}개` },
            },
            { resource: pods, namespace: ns, labelSelector: `deployment=${role}`, equals: count },
          ),
        ];
  });

export const weightsSeen = (at: string, ...weights: number[]): Check =>
  checks.weights(
    {
      id: `${at}-weights`,
      title: { en: `the weight went ${weights.join(' → ')} and nowhere else`, ko: `가중치가 ${weights.join(' → ')} 순서로만 바뀌었습니다` },
    },
    { ingress: canaryIngress, weights },
  );

export const split = (at: string, percent: number, revisions: { stable: number; canary: number }): Check =>
  checks.split(
    {
      id: `${at}-split`,
      title: {
        en: `of 1000 requests the canary answers ${percent} %, as far as chance allows`,
        ko: `요청 1000개 중 ${percent} %에 카나리아가 응답합니다(확률 오차 범위 안)`,
      },
      next: {
        en: 'Is the ingress controller running, and does it read the canary ingress?',
        ko: '인그레스 컨트롤러가 실행 중이고 카나리아 Ingress를 읽고 있는지 확인하세요.',
      },
    },
    {
      request: appRequest,
      canaryService,
      stable: { rollout: app, revision: revisions.stable },
      canary: { rollout: app, revision: revisions.canary },
      weight: percent,
      requests: 1000,
      errorRate: ERROR_RATE,
    },
  );

export const allTraffic = (at: string, target: number): Check =>
  checks.reaches(
    {
      id: `${at}-all-traffic`,
      title: { en: `every request is answered by revision ${target}`, ko: `모든 요청에 리비전 ${target}이(가) 응답합니다` },
    },
    { request: appRequest, service: app, version: { rollout: app, revision: target }, requests: 60 },
  );

export const withHeader = (at: string, value: 'always' | 'never', target: number): Check =>
  checks.reaches(
    {
      id: `${at}-header-${value}`,
      title: { en: `X-Canary: ${value} reaches revision ${target} only`, ko: `X-Canary: ${value} 요청은 리비전 ${target}에만 도달합니다` },
    },
    {
      request: { ...appRequest, headers: { 'X-Canary': value } },
      service: value === 'always' ? canaryService : app,
      version: { rollout: app, revision: target },
      requests: 60,
    },
  );

export const noFailure = (at: string): Check =>
  checks.noFailedRequest(
    {
      id: `${at}-no-failed-request`,
      title: { en: 'no request failed on the way', ko: '진행하는 동안 실패한 요청이 없습니다' },
    },
    { service: app, atLeast: 10 },
  );

/** At most a share of the requests failed, as far as chance allows. */
export const failedShare = (at: string, percent: number): Check =>
  checks.failedShare(
    {
      id: `${at}-failed-share`,
      title: {
        en: `no more than ${percent} % of the requests failed, as far as chance allows`,
        ko: `실패한 요청은 ${percent} %를 넘지 않습니다(확률 오차 범위 안)`,
      },
    },
    { service: app, atLeast: 40, atMostPercent: percent, errorRate: ERROR_RATE },
  );

export const happened = (at: string, title: Text, ...events: { reason: string; message?: string }[]): Check =>
  checks.events({ id: `${at}-events`, title }, { about: app, kind: 'Rollout', events });

export const note = (id: string, en: string, ko: string) => ({ id, text: { en, ko } });

/** What the timeline and the background requests of these labs follow. */
export const walkFrom = (step: string) => ({
  from: step,
  namespace: ns,
  rollout: app.name,
  canaryIngress: canaryIngress.name,
  probe: { ...appRequest, ratePerSecond: 50 },
});
