import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../../kube/object.ts';
import type { CanaryStrategy } from '../rollout.ts';
import { lintObjects } from './lint-objects.ts';
import type { LintOptions } from './lint-options.ts';

const object = (kind: string, spec: object, annotations?: Record<string, string>): AnyObject =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'demo', namespace: 'lab', ...(annotations === undefined ? {} : { annotations }) },
    spec,
  }) as unknown as AnyObject;
const rollout = (canary: Partial<CanaryStrategy>): AnyObject =>
  object('Rollout', {
    strategy: {
      canary: {
        canaryService: 'canary',
        stableService: 'stable',
        trafficRouting: { nginx: { stableIngress: 'demo' } },
        steps: [{ setWeight: 20 }, { pause: { duration: '10s' } }],
        ...canary,
      },
    },
  });
const ingress = (ingressClassName: string, service = 'stable'): AnyObject =>
  object('Ingress', { ingressClassName, rules: [{ http: { paths: [{ backend: { service: { name: service } } }] } }] });
const metric = (successCondition?: string, failureCondition?: string): AnyObject =>
  object('AnalysisTemplate', { metrics: [{ name: 'rate', successCondition, failureCondition, provider: { prometheus: { query: 'q' } } }] });
const rules = (objects: AnyObject[], options?: LintOptions): string[] =>
  lintObjects(objects, options).map(({ rule, path }) => `${rule} ${path}`);
const CANARY = 'spec.strategy.canary';

it.each<[string, AnyObject[], LintOptions, string[]]>([
  ['nothing of a sound Rollout', [rollout({}), ingress('nginx')], {}, []],
  [
    'a header route with nginx',
    [rollout({ steps: [{ setHeaderRoute: { name: 'h' } }] })],
    {},
    [`route-with-nginx ${CANARY}.steps[0].setHeaderRoute`],
  ],
  [
    'a mirror route with nginx',
    [rollout({ steps: [{ setMirrorRoute: { name: 'm' } }] })],
    {},
    [`route-with-nginx ${CANARY}.steps[0].setMirrorRoute`],
  ],
  ['a pause that nobody ends', [rollout({ steps: [{ pause: {} }] })], {}, [`endless-pause ${CANARY}.steps[0].pause`]],
  ['no pause that somebody ends', [rollout({ steps: [{ pause: {} }] })], { hasPromotePlan: true }, []],
  ['days', [rollout({ steps: [{ pause: { duration: '1d' } }] })], {}, [`pause-duration ${CANARY}.steps[0].pause.duration`]],
  ['equal Services', [rollout({ canaryService: 'stable' })], {}, [`equal-services ${CANARY}.canaryService`]],
  ['a weight above 100', [rollout({ steps: [{ setWeight: 200 }] })], {}, [`weight-range ${CANARY}.steps[0].setWeight`]],
  [
    'no weight below its own maximum',
    [rollout({ steps: [{ setWeight: 200 }], trafficRouting: { nginx: { stableIngress: 'demo' }, maxTrafficWeight: 1000 } })],
    {},
    [],
  ],
  ['the wait of helm 4', [rollout({})], { helm: 4 }, ['helm-wait kind']],
  ['no wait of helm 3', [rollout({})], { helm: 3 }, []],
  ['a class that is nearly one', [ingress('ngnix')], {}, ['class-typo spec.ingressClassName']],
  ['no class of another controller', [ingress('traefik')], {}, []],
  [
    'a class in the old annotation',
    [object('Ingress', {}, { 'kubernetes.io/ingress.class': 'ngimx' })],
    {},
    ['class-typo metadata.annotations[kubernetes.io/ingress.class]'],
  ],
  [
    'an Ingress without the stable Service',
    [rollout({}), ingress('nginx', 'other')],
    {},
    [`ingress-backend ${CANARY}.trafficRouting.nginx.stableIngress`],
  ],
])('finds %s', (_, objects, options, expected) => {
  expect(rules(objects, options)).toEqual(expected);
});

describe('a metric', () => {
  it.each([
    [undefined, undefined, true],
    ['len(result) == 0 || result[0] > 1', undefined, true],
    ['result[0] > 0.9', undefined, false],
    ['isNaN(result[0]) || result[0] > 1', undefined, true],
    [undefined, 'len(result) > 0 && result[0] > 5', true],
    ['len(result) > 0 && result[0] > 0.9', undefined, false],
  ])('with success %s and failure %s passes without data: %s', (success, failure, passes) => {
    expect(rules([metric(success, failure)])).toEqual(passes ? ['passes-without-data spec.metrics[0]'] : []);
  });
});
