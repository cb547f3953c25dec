import { rfc3339 } from '../../../base/clock.ts';
import { equalJson } from '../../../base/equal-json.ts';
import { ownValue, setOwnValue } from '../../../base/own-value.ts';
import type { Container, Pod, PodSpec, Toleration } from '../../../kube/generated/types.ts';
import { pods, priorityClasses } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError, forbidden } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn, wide } from './columns/column.ts';
import { podCells, podIpCell, readinessGatesCell } from './columns/pod-cells.ts';
import { defaultPodSpec } from './pod-spec-defaults.ts';
import { validatePodSpec } from './pod-spec-validation.ts';
import { qosClass } from './qos-class.ts';
import type { PrepareContext, Resource } from './resource.ts';

export const pod: Resource<Pod> = {
  type: pods,
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  schemaName: 'Pod',
  hasStatus: true,
  hasGeneration: true,
  returnsDeleted: true,
  earlier: (pod, byMs) => ({
    ...pod,
    metadata: { ...pod.metadata, creationTimestamp: rfc3339(Date.parse(pod.metadata.creationTimestamp) - byMs) },
  }),
  earlierInKubectlLists: true,
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec?.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec?.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec?.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIP ?? '',
    'status.podIPs': ({ status }) => (status?.podIPs ?? []).map((item) => item.ip).join(','),
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
  columns: [
    nameColumn(),
    column('Ready', (object, nowMs) => podCells(object, nowMs).ready),
    column('Status', (object, nowMs) => podCells(object, nowMs).status),
    column('Restarts', (object, nowMs) => podCells(object, nowMs).restarts),
    ageColumn(),
    wide('IP', podIpCell),
    wide('Node', ({ spec }) => spec?.nodeName || '<none>'),
    wide('Nominated Node', ({ status }) => status?.nominatedNodeName || '<none>'),
    wide('Readiness Gates', readinessGatesCell),
  ],
  default(object) {
    const spec = (object.spec ??= { containers: [] } as PodSpec);
    spec.containers ??= [];
    defaultPodSpec(spec);
    spec.enableServiceLinks ??= true;
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) requestLimits(container);
    object.status ??= {};
    object.status.phase ||= 'Pending';
  },
  /** The admission plug-ins Priority and DefaultTolerationSeconds, and the first status; the service account is the core's. */
  prepareCreate(object, ctx) {
    const spec = object.spec!;
    admitPriority(object, ctx);
    for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'])
      tolerate(spec, { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
    object.status = { phase: 'Pending', qosClass: qosClass(spec) };
    if ((spec.schedulingGates ?? []).length > 0) {
      object.status.conditions = [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        },
      ];
    }
  },
  prepareUpdate(object, old) {
    if (old.status?.qosClass !== undefined) object.status = { ...object.status, qosClass: old.status.qosClass };
  },
  validate: (object) => validatePodSpec(object.spec, 'spec'),
  validateUpdate: validatePodUpdate,
  validateStatus: () => [],
};

/** Requests that were left out are the limits: SetDefaults_Pod. */
function requestLimits(container: Container): void {
  const { limits } = container.resources ?? {};
  if (limits === undefined) return;
  const requests = (container.resources!.requests ??= {});
  for (const [name, amount] of Object.entries(limits)) if (ownValue(requests, name) == null) setOwnValue(requests, name, amount);
}

function tolerate(spec: PodSpec, toleration: Toleration): void {
  const tolerations = spec.tolerations ?? [];
  const tolerated = tolerations.some(
    (other) => (other.key === toleration.key || !other.key) && (!other.effect || other.effect === 'NoExecute'),
  );
  if (!tolerated) spec.tolerations = tolerations.concat(toleration);
}

/** The Priority admission plug-in: the class's value, or the global default class, or 0. */
function admitPriority(object: Pod, ctx: PrepareContext): void {
  const spec = object.spec!;
  const systemClasses = new Map([
    ['system-cluster-critical', 2_000_000_000],
    ['system-node-critical', 2_000_001_000],
  ]);
  // Of several defaults the one with the lowest value holds.
  const standard = spec.priorityClassName
    ? undefined
    : ctx
        .list(priorityClasses)
        .filter(({ globalDefault }) => globalDefault === true)
        .sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
  if (standard !== undefined) spec.priorityClassName = standard.metadata.name;
  const name = spec.priorityClassName;
  const found = standard ?? (name ? ctx.get(priorityClasses, { name }) : undefined);
  if (name && found === undefined && !systemClasses.has(name))
    throw forbidden(pods, object.metadata.name, `no PriorityClass with name ${name} was found`);
  spec.priority = found?.value ?? (name ? systemClasses.get(name) : undefined) ?? 0;
  spec.preemptionPolicy ??= found?.preemptionPolicy ?? 'PreemptLowerPriority';
}

/** Only images, deadlines, grace and added tolerations may change (and what the scheduler and subresources set). */
function validatePodUpdate(object: Pod, old: Pod): FieldError[] {
  const [now, before] = [structuredClone(object.spec!), old.spec!];
  for (const list of ['containers', 'initContainers', 'ephemeralContainers'] as const) {
    if ((now[list] ?? []).length !== (before[list] ?? []).length) {
      return list === 'ephemeralContainers' ? [] : [fieldError.forbidden(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
    for (const [i, container] of (now[list] ?? []).entries()) {
      container.image = before[list]![i]!.image;
    }
  }
  now.activeDeadlineSeconds = before.activeDeadlineSeconds;
  if (before.terminationGracePeriodSeconds !== undefined && before.terminationGracePeriodSeconds < 0)
    now.terminationGracePeriodSeconds = before.terminationGracePeriodSeconds;
  now.schedulingGates = before.schedulingGates;
  const isSame = (a: Toleration, b: Toleration): boolean => equalJson({ ...a, tolerationSeconds: 0 }, { ...b, tolerationSeconds: 0 });
  const removed = (before.tolerations ?? []).filter((toleration) => !(now.tolerations ?? []).some((other) => isSame(toleration, other)));
  if (removed.length > 0)
    return [fieldError.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
  now.tolerations = before.tolerations;
  if (before.nodeName === undefined || before.nodeName === '') {
    now.nodeName = before.nodeName;
    now.nodeSelector = before.nodeSelector;
    now.affinity = before.affinity;
  }
  if (equalJson(now, before)) return [];
  const mutable =
    '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)';
  const grace = '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  return [fieldError.forbidden('spec', `pod updates may not change fields other than ${mutable},${grace}`)];
}
