import type { Check, Text } from '../../src/index.ts';
import { checks, pods, rollouts } from '../../src/index.ts';
import { app, appRequest, canaryIngress, canaryService, ns } from './names.ts';
import { answeredBy, headerReaches, splitBetween, weightOf, weightsOf } from './traffic-checks.ts';

// The checks of labs about Rollouts. `at` is the step's id, so that every check of a lab has a name of its own.

const revisionName = (number: number): Text => ({ en: `revision ${number}`, ko: `리비전 ${number}` });
const version = (number: number) => ({ rollout: app, revision: number });

export const weight = (at: string, percent: number): Check =>
  weightOf(at, canaryIngress, percent, {
    en: 'Is the Rollouts controller running? It writes this annotation.',
    ko: 'Rollouts 컨트롤러가 실행 중인지 확인하세요. 이 애너테이션은 컨트롤러가 씁니다.',
  });

export const weightsSeen = (at: string, ...weights: number[]): Check => weightsOf(at, canaryIngress, weights);

export const split = (at: string, percent: number, revisions: { stable: number; canary: number }): Check =>
  splitBetween(at, percent, { stable: version(revisions.stable), canary: version(revisions.canary) });

export const allTraffic = (at: string, revision: number): Check => answeredBy(at, version(revision), revisionName(revision));

export const header = (at: string, value: 'always' | 'never', revision: number): Check =>
  headerReaches(at, value, version(revision), revisionName(revision));

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

export const happened = (at: string, title: Text, ...events: { reason: string; message?: string }[]): Check =>
  checks.events({ id: `${at}-events`, title }, { about: app, kind: 'Rollout', events });

/** The newest analysis of a revision: `Background` beside the steps, or the `Step` that is one. */
export const analysis = (
  at: string,
  number: number,
  wanted: 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive',
  more: { type?: 'Background' | 'Step'; measured?: RegExp; measurements?: number; message?: RegExp } = {},
): Check =>
  checks.analysisRun(
    {
      id: `${at}-analysis`,
      title: { en: `the analysis of revision ${number} is ${wanted}`, ko: `리비전 ${number}의 분석 상태가 ${wanted}입니다` },
      next: {
        en: 'Look at its measurements: kubectl describe analysisrun -n sample-app',
        ko: '측정값을 살펴보세요: kubectl describe analysisrun -n sample-app',
      },
    },
    { rollout: app, revision: number, phase: wanted, ...more },
  );

/** What the timeline and the background requests of these labs follow. */
export const walkFrom = (step: string) => ({
  from: step,
  namespace: ns,
  rollout: app.name,
  canaryIngress: canaryIngress.name,
  probe: { ...appRequest, ratePerSecond: 50 },
});
