import { describe, expect, it } from 'vitest';
import { createFakeKubeApi, type FakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { hostClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { deployments, events, ingresses, pods, replicaSets, services } from '../../kube/resource-type.ts';
import { POD_TEMPLATE_HASH, REVISION, rollouts } from '../../rollouts/rollout.ts';
import type { Check, CheckContext } from '../check.ts';
import { mutationsOf } from '../mutations.ts';
import { proveCheck } from '../prove-checks.ts';
import { countCheck } from './count-check.ts';
import { eventsCheck } from './events-check.ts';
import { fieldCheck } from './field-check.ts';
import { rolloutHashCheck } from './rollout-hash-check.ts';
import { serviceRevisionCheck } from './service-revision-check.ts';

const title = { en: 't', ko: '제목' };
const app = { namespace: 'lab', name: 'app' };
const ingress = { namespace: 'lab', name: 'app-app-canary' };
const weightPath = ['metadata', 'annotations', 'nginx.ingress.kubernetes.io/canary-weight'];

function aCluster(): { api: FakeKubeApi; ctx: CheckContext } {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'app', uid: 'u', controller: true };
  for (const [revision, hash] of [
    ['1', 'aaa'],
    ['2', 'bbb'],
  ] as const) {
    api.seed(replicaSets, {
      metadata: {
        namespace: 'lab',
        name: `app-${hash}`,
        labels: { [POD_TEMPLATE_HASH]: hash },
        annotations: { [REVISION]: revision },
        ownerReferences: [owner],
      },
    } as never);
    api.seed(pods, {
      metadata: { namespace: 'lab', name: `app-${hash}-x`, labels: { deployment: revision === '1' ? 'stable' : 'canary' } },
    } as never);
  }
  api.seed(services, { metadata: app, spec: { selector: { app: 'app', [POD_TEMPLATE_HASH]: 'aaa' } } } as never);
  api.seed(rollouts, {
    metadata: app,
    spec: {},
    status: { phase: 'Paused', stableRS: 'aaa', currentPodHash: 'bbb', currentStepIndex: 1 },
  } as never);
  api.seed(ingresses, { metadata: { ...ingress, annotations: { 'nginx.ingress.kubernetes.io/canary-weight': '25' } }, spec: {} } as never);
  for (const reason of ['RolloutUpdated', 'SwitchService', 'RolloutPaused']) {
    api.seed(events, {
      metadata: { namespace: 'lab', name: `app.${reason.toLowerCase()}` },
      involvedObject: { kind: 'Rollout', name: 'app' },
      reason,
      message: `${reason} happened`,
    } as never);
  }
  const history = { weightsSinceStep: async () => [], revisionAtStepStart: '0', probeAtStepStart: { requests: 0, failures: 0 } };
  return {
    api,
    ctx: {
      api,
      ingressUrl: 'http://127.0.0.1:1',
      clock: hostClock,
      signal: new AbortController().signal,
      timeoutMs: 60,
      history,
      probe: undefined,
    },
  };
}

const holding: Check[] = [
  fieldCheck({ id: 'weight', title }, { resource: ingresses, key: ingress, path: weightPath, equals: '25' }),
  fieldCheck({ id: 'phase', title }, { resource: rollouts, key: app, path: ['status', 'phase'], equals: 'Paused' }),
  fieldCheck({ id: 'index', title }, { resource: rollouts, key: app, path: ['status', 'currentStepIndex'], equals: 1 }),
  fieldCheck({ id: 'no-message', title }, { resource: rollouts, key: app, path: ['status', 'message'], equals: undefined }),
  fieldCheck({ id: 'pattern', title }, { resource: rollouts, key: app, path: ['status', 'stableRS'], matches: /^a+$/ }),
  countCheck({ id: 'canary-pods', title }, { resource: pods, namespace: 'lab', labelSelector: 'deployment=canary', equals: 1 }),
  countCheck({ id: 'no-such-pods', title }, { resource: pods, namespace: 'lab', labelSelector: 'deployment=preview', equals: 0 }),
  countCheck({ id: 'no-deployments', title }, { resource: deployments, namespace: 'lab', equals: 0 }),
  countCheck({ id: 'one-service', title }, { resource: services, namespace: 'lab', equals: 1 }),
  serviceRevisionCheck({ id: 'service', title }, { service: app, rollout: 'app', revision: 1 }),
  rolloutHashCheck({ id: 'stable', title }, { rollout: app, status: 'stableRS', revision: 1 }),
  eventsCheck(
    { id: 'events', title },
    { about: app, kind: 'Rollout', events: [{ reason: 'RolloutUpdated' }, { reason: 'RolloutPaused', message: 'happened' }] },
  ),
];

describe('a check of cluster state', () => {
  it.each(holding.map((check) => [check.id, check] as const))('%s holds when the cluster is as expected', async (_, check) => {
    const { ctx } = aCluster();
    expect(await check.evaluate(ctx)).toMatchObject({ holds: true });
  });

  it.each(holding.map((check) => [check.id, check] as const))('%s fails after the change that its observation names', async (_, check) => {
    const { ctx } = aCluster();
    expect(await proveCheck(check, ctx)).toMatchObject({ check: check.id, proven: true });
    // An event that is written again has happened later: only what is true now can be taken back.
    if (check.historic !== true) expect(await check.evaluate(ctx)).toMatchObject({ holds: true });
  });

  it('waits by watching until the value comes', async () => {
    const { api, ctx } = aCluster();
    const check = fieldCheck({ id: 'weight', title }, { resource: ingresses, key: ingress, path: weightPath, equals: '50' });
    const verdict = check.evaluate({ ...ctx, timeoutMs: 30_000 });
    await api.patch(ingresses, ingress, {
      type: 'merge',
      body: { metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary-weight': '50' } } },
    });
    expect(await verdict).toEqual({ holds: true, expected: '50', observed: '50' });
  });

  it('says what it saw when its time is over', async () => {
    const { ctx } = aCluster();
    const check = fieldCheck({ id: 'weight', title }, { resource: ingresses, key: ingress, path: weightPath, equals: '75' });
    expect(await check.evaluate(ctx)).toMatchObject({ holds: false, expected: '75', observed: '25' });
  });

  it('looks once, however short its time and however slow the cluster', async () => {
    const { api, ctx } = aCluster();
    const slow: KubeApi = Object.create(api, {
      list: {
        value: async (...args: Parameters<KubeApi['list']>) => {
          await hostClock.sleep(20);
          return api.list(...args);
        },
      },
    });
    const check = fieldCheck({ id: 'weight', title }, { resource: ingresses, key: ingress, path: weightPath, equals: '25' });
    expect(await check.evaluate({ ...ctx, api: slow, timeoutMs: 5 })).toEqual({ holds: true, expected: '25', observed: '25' });
    const other = fieldCheck({ id: 'weight', title }, { resource: ingresses, key: ingress, path: weightPath, equals: '75' });
    expect(await other.evaluate({ ...ctx, api: slow, timeoutMs: 5 })).toEqual({ holds: false, expected: '75', observed: '25' });
  });

  it('names an object that does not exist', async () => {
    const { ctx } = aCluster();
    const check = fieldCheck(
      { id: 'x', title },
      { resource: ingresses, key: { namespace: 'lab', name: 'gone' }, path: weightPath, equals: '0' },
    );
    expect(await check.evaluate(ctx)).toMatchObject({ holds: false, observed: 'no Ingress "gone"' });
  });

  it('does not count a Pod that is being deleted', async () => {
    const { api, ctx } = aCluster();
    api.seed(pods, {
      metadata: { namespace: 'lab', name: 'leaving', labels: { deployment: 'canary' }, deletionTimestamp: '2026-01-01T00:00:00Z' },
    } as never);
    const check = countCheck({ id: 'n', title }, { resource: pods, namespace: 'lab', labelSelector: 'deployment=canary', equals: 1 });
    expect(await check.evaluate(ctx)).toMatchObject({ holds: true, observed: '1 (app-bbb-x)' });
  });

  it('sees that events came in another order', async () => {
    const { ctx } = aCluster();
    const check = eventsCheck(
      { id: 'e', title },
      { about: app, kind: 'Rollout', events: [{ reason: 'RolloutPaused' }, { reason: 'RolloutUpdated' }] },
    );
    expect(await check.evaluate(ctx)).toMatchObject({
      holds: false,
      observed: 'RolloutUpdated, SwitchService, RolloutPaused',
      detail: expect.stringContaining('RolloutUpdated'),
    });
  });

  it('does not take events from before the step', async () => {
    const { api, ctx } = aCluster();
    const { resourceVersion } = await api.list(events, { namespace: 'lab' });
    const check = eventsCheck({ id: 'e', title }, { about: app, kind: 'Rollout', events: [{ reason: 'RolloutUpdated' }] });
    expect(await check.evaluate({ ...ctx, history: { ...ctx.history, revisionAtStepStart: resourceVersion } })).toMatchObject({
      holds: false,
      observed: '(no event)',
    });
  });

  it('tells the revision that a Service selects', async () => {
    const { ctx } = aCluster();
    const check = serviceRevisionCheck({ id: 's', title }, { service: app, rollout: 'app', revision: 2 });
    expect(await check.evaluate(ctx)).toMatchObject({ holds: false, expected: 'bbb (revision 2)', observed: 'aaa (revision 1)' });
  });

  it('ends with the reason of the signal when the run is interrupted', async () => {
    const { ctx } = aCluster();
    const interrupt = new AbortController();
    const check = fieldCheck({ id: 'w', title }, { resource: ingresses, key: ingress, path: weightPath, equals: '75' });
    const verdict = check.evaluate({ ...ctx, timeoutMs: 60_000, signal: interrupt.signal });
    interrupt.abort(new Error('interrupted'));
    await expect(verdict).rejects.toThrow('interrupted');
  });
});

describe('mutationsOf', () => {
  it('derives at least one change for each observation', () => {
    for (const check of holding) expect(new Set(mutationsOf(check).map(({ observation }) => observation))).toEqual(new Set(check.observes));
  });
});
