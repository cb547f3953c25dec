import type { Check, Text, Version } from '../../src/index.ts';
import { checks, ingresses } from '../../src/index.ts';
import { app, appRequest, canaryService, ERROR_RATE, nginx, withHeader } from './names.ts';

// What requests and annotations show, whoever moves the traffic: a person with helm (lab 01) or the Rollouts controller.
// `at` is the step's id, so that every check of a lab has a name of its own.

type Ingress = { namespace: string; name: string };

export const weightOf = (at: string, ingress: Ingress, percent: number, next: Text): Check =>
  checks.field(
    {
      id: `${at}-weight`,
      title: {
        en: `the canary ingress asks for ${percent} % of the traffic`,
        ko: `카나리아 Ingress의 가중치 애너테이션이 ${percent}입니다`,
      },
      next,
    },
    { resource: ingresses, key: ingress, path: ['metadata', 'annotations', nginx('canary-weight')], equals: String(percent) },
  );

/** The weights that the annotation had since the step began, and no others. */
export const weightsOf = (at: string, ingress: Ingress, weights: readonly number[]): Check =>
  checks.weights(
    {
      id: `${at}-weights`,
      title: { en: `the weight went ${weights.join(' → ')} and nowhere else`, ko: `가중치가 ${weights.join(' → ')} 순서로만 바뀌었습니다` },
    },
    { ingress, weights },
  );

export const splitBetween = (at: string, percent: number, versions: { stable: Version; canary: Version }): Check =>
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
    { request: appRequest, canaryService, ...versions, weight: percent, requests: 1000, errorRate: ERROR_RATE },
  );

export const answeredBy = (at: string, version: Version, name: Text, service: Ingress = app): Check =>
  checks.reaches(
    {
      id: `${at}-all-traffic`,
      title: { en: `every request is answered by ${name.en}`, ko: `모든 요청에 ${name.ko}이(가) 응답합니다` },
    },
    { request: appRequest, service, version, requests: 60 },
  );

export const headerReaches = (at: string, value: 'always' | 'never', version: Version, name: Text): Check =>
  checks.reaches(
    {
      id: `${at}-header-${value}`,
      title: { en: `X-Canary: ${value} reaches ${name.en} only`, ko: `X-Canary: ${value} 요청은 ${name.ko}에만 도달합니다` },
    },
    { request: withHeader(value), service: value === 'always' ? canaryService : app, version, requests: 60 },
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
