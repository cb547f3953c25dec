import { rfc3339 } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import { withCondition } from '../../../kube/conditions.ts';
import type { LabelSelector, V2HorizontalPodAutoscaler, V2HorizontalPodAutoscalerStatus } from '../../../kube/generated/types.ts';
import { formatLabelSelector, meetsAll, parseLabelSelector } from '../../../kube/label-selector.ts';
import { type AnyObject, keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { podMetrics } from '../../../kube/pod-metrics.ts';
import { deployments, horizontalPodAutoscalers, pods, type ResourceType, replicaSets, statefulSets } from '../../../kube/resource-type.ts';
import { sameJson } from '../canonical-json.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { type AutoscalerCondition, type AutoscalerDecision, decideReplicas } from './autoscaler-decision.ts';
import { type AutoscalerHistory, rememberScale } from './scaling-behavior.ts';

/** kube-controller-manager --horizontal-pod-autoscaler-sync-period. */
const SYNC_MS = 15_000;

/**
 * Scales the targets of HorizontalPodAutoscalers by what their Pods use (k8s.io/kubernetes/pkg/controller/podautoscaler). Metrics of kinds
 * other than Resource and ContainerResource come from APIs that no part of this cluster serves.
 */
export function createHorizontalPodAutoscalerController(
  deps: ControllerDeps,
  facts: { resourceTypes(): readonly ResourceType[] },
): Controller {
  const { api, informers, clock, events } = deps;
  const podCache = informers.for(pods);
  const histories = new Map<string, AutoscalerHistory>();
  const cache = informers.for(horizontalPodAutoscalers);

  const targetType = (apiVersion: string | undefined, kind: string): ResourceType | undefined => {
    const group = apiVersion?.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    return ([deployments, replicaSets, statefulSets, ...facts.resourceTypes()] as ResourceType[]).find(
      (type) => type.kind === kind && type.group === group,
    );
  };

  const write = async (
    hpa: V2HorizontalPodAutoscaler,
    currentReplicas: number | undefined,
    decision: AutoscalerDecision,
    hasScaled: boolean,
  ): Promise<void> => {
    const now = rfc3339(clock.nowMs());
    let conditions = hpa.status?.conditions ?? [];
    for (const condition of decision.conditions) conditions = withCondition(conditions, { ...condition, lastTransitionTime: now });
    const status: V2HorizontalPodAutoscalerStatus = {
      ...hpa.status,
      conditions,
      desiredReplicas: decision.desiredReplicas,
      ...(currentReplicas === undefined ? {} : { currentReplicas }),
      ...(decision.currentMetrics === undefined ? {} : { currentMetrics: decision.currentMetrics }),
      ...(hasScaled ? { lastScaleTime: now } : {}),
    };
    if (!sameJson(status, hpa.status)) await api.update(horizontalPodAutoscalers, { ...hpa, status }, { subresource: 'status' });
  };

  const refuse = async (hpa: V2HorizontalPodAutoscaler, reason: string, message: string): Promise<ReconcileResult> => {
    events.record(
      hpa,
      'Warning',
      reason,
      message.replace(/^the HPA controller was unable to (get|update) the target's current scale: /, ''),
    );
    const condition: AutoscalerCondition = { type: 'AbleToScale', status: 'False', reason, message };
    await write(hpa, undefined, { desiredReplicas: hpa.status?.desiredReplicas ?? 0, conditions: [condition], warnings: [] }, false);
    return { requeueAfterMs: SYNC_MS };
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const known = cache.get(parseKey(key));
    if (known === undefined || known.metadata.deletionTimestamp !== undefined) return DONE;
    const hpa: V2HorizontalPodAutoscaler = { ...known, apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };
    const { apiVersion, kind, name } = hpa.spec.scaleTargetRef;
    const type = targetType(apiVersion, kind);
    if (type === undefined)
      return refuse(
        hpa,
        'FailedGetScale',
        `the HPA controller was unable to get the target's current scale: no matches for kind "${kind}" in group "${apiVersion?.split('/')[0] ?? ''}"`,
      );
    let target: AnyObject | undefined;
    try {
      target = (await api.get(type, { namespace: hpa.metadata.namespace, name })) as AnyObject | undefined;
      if (target === undefined) throw new Error(`${type.resource}${type.group === '' ? '' : `.${type.group}`} "${name}" not found`);
    } catch (error) {
      return refuse(hpa, 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${messageOf(error)}`);
    }
    const { spec, status } = target as {
      spec?: { replicas?: number; selector?: LabelSelector };
      status?: { replicas?: number; selector?: string };
    };
    const wanted = spec?.replicas ?? 1;
    // The scale's selector is a string; kinds that hold a structured one have it in their spec.
    const selector = typeof spec?.selector === 'object' ? formatLabelSelector(spec.selector) : status?.selector;
    if (!selector) {
      events.record(hpa, 'Warning', 'SelectorRequired', 'selector is required');
      const message = "the HPA target's scale is missing a selector";
      const missing: AutoscalerCondition = { type: 'ScalingActive', status: 'False', reason: 'InvalidSelector', message };
      await write(hpa, status?.replicas ?? 0, { desiredReplicas: wanted, conditions: [missing], warnings: [] }, false);
      return { requeueAfterMs: SYNC_MS };
    }
    let history = histories.get(hpa.metadata.uid);
    if (history === undefined) histories.set(hpa.metadata.uid, (history = { recommendations: [], ups: [], downs: [] }));
    const requirements = parseLabelSelector(selector);
    const state = {
      currentReplicas: wanted,
      pods: podCache.list(hpa.metadata.namespace).filter(({ metadata }) => meetsAll(metadata.labels, requirements)),
      metrics: (await api.list(podMetrics, { namespace: hpa.metadata.namespace, labelSelector: selector })).items,
      nowMs: clock.nowMs(),
    };
    const decision = decideReplicas(hpa.spec, state, history);
    for (const { reason, message } of decision.warnings) events.record(hpa, 'Warning', reason, message);
    const hasScaled = decision.desiredReplicas !== wanted;
    if (hasScaled) {
      await api.patch(
        type,
        { namespace: hpa.metadata.namespace, name },
        { type: 'merge', body: { spec: { replicas: decision.desiredReplicas } } },
        { subresource: 'scale' },
      );
      rememberScale(history, wanted, decision.desiredReplicas, clock.nowMs());
      events.record(hpa, 'Normal', 'SuccessfulRescale', `New size: ${decision.desiredReplicas}; reason: ${decision.reason}`);
    }
    await write(hpa, status?.replicas ?? 0, decision, hasScaled);
    return { requeueAfterMs: SYNC_MS };
  };

  const controller = new Controller({ name: 'horizontal-pod-autoscaler', reconcile, backoff: { firstMs: SYNC_MS, lastMs: SYNC_MS } }, deps);
  // Its own status writes must not bring it back before the period is over.
  cache.onChange((change) => {
    if (change.type === 'deleted') histories.delete(change.object.metadata.uid);
    if (change.type === 'modified' && sameJson(change.previous.spec, change.object.spec)) return;
    controller.enqueue(keyString(keyOf(change.object)));
  });
  return controller;
}
