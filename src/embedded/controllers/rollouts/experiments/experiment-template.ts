import { rfc3339 } from '../../../../base/clock.ts';
import type { ReplicaSet } from '../../../../kube/generated/types.ts';
import { keyOf, type ObjectKey } from '../../../../kube/object.ts';
import { services } from '../../../../kube/resource-type.ts';
import { isStatus } from '../../../../kube/status-error.ts';
import { podTemplateHash } from '../../../../rollouts/pod-template-hash.ts';
import { countsOf } from '../../../../rollouts/replica-set-view.ts';
import { POD_TEMPLATE_HASH, SCALE_DOWN_DEADLINE } from '../../../../rollouts/rollout.ts';
import type { Experiment, ExperimentTemplate, TemplateStatus } from '../../../../rollouts/tree/experiment.ts';
import { record } from '../world.ts';
import type { ExperimentLook } from './experiment-look.ts';

const PROGRESS_DEADLINE_SECONDS = 600;
const SCALE_DOWN_DELAY_SECONDS = 30;

const ownerOf = ({ metadata }: Experiment) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Experiment',
  name: metadata.name,
  uid: metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});
const nameOf = (experiment: Experiment, template: ExperimentTemplate): string => `${experiment.metadata.name}-${template.name}`;

/** Makes sure that a template's ReplicaSet and Service exist, and says how far its Pods are. */
export async function reconcileTemplate(pass: ExperimentLook, template: ExperimentTemplate): Promise<TemplateStatus> {
  const { experiment, nowMs } = pass;
  const rs = await ensureReplicaSet(pass, template);
  const serviceName = template.service === undefined ? undefined : await ensureService(pass, template, rs);
  const before = experiment.status?.templateStatuses?.find(({ name }) => name === template.name);
  const wanted = template.replicas ?? 1;
  const isRunning = countsOf(rs).available >= wanted;
  const deadlineMs =
    Date.parse(before?.lastTransitionTime ?? rfc3339(nowMs)) +
    (experiment.spec?.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS) * 1000;
  const hasTimedOut = !isRunning && before?.status === 'Progressing' && nowMs >= deadlineMs;
  const status = isRunning ? 'Running' : hasTimedOut ? 'Failed' : 'Progressing';
  if (status === 'Progressing') pass.wakeUpsMs.push(Math.max(1, deadlineMs - nowMs));
  return {
    ...counts(template, rs),
    status,
    ...(serviceName === undefined ? {} : { serviceName }),
    ...(hasTimedOut
      ? {
          message: `Template '${template.name}' exceeded its progressDeadlineSeconds (${experiment.spec?.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS})`,
        }
      : {}),
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : rfc3339(nowMs),
  };
}

function counts(template: ExperimentTemplate, rs: ReplicaSet | undefined): TemplateStatus {
  const { replicas, available } = countsOf(rs);
  return {
    name: template.name,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: rs?.status?.readyReplicas ?? 0,
    availableReplicas: available,
    podTemplateHash: rs?.metadata.labels?.[POD_TEMPLATE_HASH],
  };
}

function ownReplicaSet({ world, experiment }: ExperimentLook, template: ExperimentTemplate): ReplicaSet | undefined {
  return world.replicaSets.get({ namespace: experiment.metadata.namespace, name: nameOf(experiment, template) });
}

async function ensureReplicaSet(pass: ExperimentLook, template: ExperimentTemplate): Promise<ReplicaSet> {
  const { world, experiment } = pass;
  const existing = ownReplicaSet(pass, template);
  const replicas = template.replicas ?? 1;
  if (existing !== undefined) {
    if (countsOf(existing).spec === replicas && existing.metadata.annotations?.[SCALE_DOWN_DEADLINE] === undefined) return existing;
    return scaled(pass, existing, replicas);
  }
  const podTemplate = template.template ?? { spec: { containers: [] } };
  const hash = podTemplateHash(podTemplate);
  const labels = { ...podTemplate.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const draft = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      namespace: experiment.metadata.namespace,
      name: nameOf(experiment, template),
      labels,
      ownerReferences: [ownerOf(experiment)],
      annotations: { 'experiment.argoproj.io/name': experiment.metadata.name, 'experiment.argoproj.io/template-name': template.name },
    },
    spec: {
      replicas,
      ...(template.minReadySeconds ? { minReadySeconds: template.minReadySeconds } : {}),
      selector: { ...template.selector, matchLabels: { ...template.selector?.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...podTemplate, metadata: { ...podTemplate.metadata, labels } as never },
    },
  };
  const created = await world.replicaSets.create(draft).catch(async (error: unknown) => {
    const found = isStatus(error, 'AlreadyExists') ? await world.replicaSets.live(keyOf(draft as never)) : undefined;
    if (found === undefined) throw error;
    return world.replicaSets.remember(found);
  });
  record(world, experiment, 'Normal', 'NewReplicaSetCreated', `Created ReplicaSet ${created.metadata.name}`, 'Experiment');
  return created;
}

function scaled(pass: ExperimentLook, rs: ReplicaSet, replicas: number): Promise<ReplicaSet> {
  const { spec } = countsOf(rs);
  if (spec !== replicas)
    record(
      pass.world,
      pass.experiment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${replicas > spec ? 'up' : 'down'} ReplicaSet ${rs.metadata.name} from ${spec} to ${replicas}`,
      'Experiment',
    );
  return pass.world.replicaSets.patch(keyOf(rs), {
    type: 'merge',
    body: { metadata: { annotations: { [SCALE_DOWN_DEADLINE]: null } }, spec: { replicas } },
  });
}

async function ensureService({ world, experiment }: ExperimentLook, template: ExperimentTemplate, rs: ReplicaSet): Promise<string> {
  const key: ObjectKey = { namespace: experiment.metadata.namespace, name: template.service?.name || rs.metadata.name };
  if (world.services.get(key) !== undefined) return key.name;
  const ports = (template.template?.spec?.containers ?? [])
    .flatMap((container) => container.ports ?? [])
    .map(({ name, containerPort, protocol }) => ({
      ...(name === undefined ? {} : { name }),
      port: containerPort,
      targetPort: containerPort,
      protocol: protocol ?? 'TCP',
    }));
  const draft = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...key,
      ownerReferences: [ownerOf(experiment)],
      annotations: { 'experiment.argoproj.io/name': experiment.metadata.name, 'experiment.argoproj.io/template-name': template.name },
    },
    spec: { selector: rs.spec.selector?.matchLabels ?? {}, ports },
  };
  await world.services.create(draft as never).catch((error: unknown) => {
    if (!isStatus(error, 'AlreadyExists')) throw error;
  });
  return key.name;
}

/** After the end: the Service goes, and the Pods once their delay is over. */
export async function scaleTemplateDown(pass: ExperimentLook, template: ExperimentTemplate): Promise<TemplateStatus> {
  const { world, experiment, nowMs } = pass;
  const before = experiment.status?.templateStatuses?.find(({ name }) => name === template.name);
  let rs = ownReplicaSet(pass, template);
  if (rs !== undefined && countsOf(rs).spec > 0) {
    const delaySeconds = experiment.spec?.scaleDownDelaySeconds ?? SCALE_DOWN_DELAY_SECONDS;
    const deadline = rs.metadata.annotations?.[SCALE_DOWN_DEADLINE] ?? rfc3339(nowMs + delaySeconds * 1000);
    const remainingMs = Date.parse(deadline) - nowMs;
    if (remainingMs <= 0) rs = await scaled(pass, rs, 0);
    else {
      if (rs.metadata.annotations?.[SCALE_DOWN_DEADLINE] === undefined)
        rs = await world.replicaSets.patch(keyOf(rs), {
          type: 'merge',
          body: { metadata: { annotations: { [SCALE_DOWN_DEADLINE]: deadline } } },
        });
      pass.wakeUpsMs.push(remainingMs);
    }
  }
  const { serviceName: _, ...kept } = before ?? { name: template.name };
  if (before?.serviceName !== undefined)
    await world.deps.api
      .delete(services, { namespace: experiment.metadata.namespace, name: before.serviceName })
      .catch((error: unknown) => {
        if (!isStatus(error, 'NotFound')) throw error;
      });
  return { ...kept, ...counts(template, rs) };
}
