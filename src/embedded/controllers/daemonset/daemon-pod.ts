import type { DaemonSet, Node, Pod, PodTemplateSpec, Toleration } from '../../../kube/generated/types.ts';
import { acceptsNode } from '../../../kube/node-affinity.ts';
import type { Draft } from '../../../kube/object.ts';
import { daemonSets } from '../../../kube/resource-type.ts';
import { untolerated } from '../../../kube/tolerations.ts';
import { podFromTemplate } from '../pod-from-template.ts';

export const REVISION_LABEL = 'controller-revision-hash';
const GENERATION_LABEL = 'pod-template-generation';
const GENERATION = 'deprecated.daemonset.template.generation';

const taint = (name: string, effect: string): Toleration => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect });

/** What every daemon Pod tolerates (daemon/util AddOrUpdateDaemonPodTolerations). */
function daemonTolerations(template: PodTemplateSpec): Toleration[] {
  return [
    ...(template.spec?.tolerations ?? []),
    taint('not-ready', 'NoExecute'),
    taint('unreachable', 'NoExecute'),
    taint('disk-pressure', 'NoSchedule'),
    taint('memory-pressure', 'NoSchedule'),
    taint('pid-pressure', 'NoSchedule'),
    taint('unschedulable', 'NoSchedule'),
    ...(template.spec?.hostNetwork === true ? [taint('network-unavailable', 'NoSchedule')] : []),
  ];
}

/** Whether the set should start a Pod on the node, and whether one that runs there may stay (NodeShouldRunDaemonPod). */
export function daemonFits(set: DaemonSet, node: Node): { shouldRun: boolean; mayStay: boolean } {
  const { template } = set.spec;
  const spec = { containers: [], ...template.spec };
  if (!acceptsNode({ metadata: { name: '', uid: '', resourceVersion: '', creationTimestamp: '' }, spec }, node))
    return { shouldRun: false, mayStay: false };
  const tolerations = daemonTolerations(template);
  const mayStay = untolerated(node.spec.taints, tolerations, ['NoExecute']) === undefined;
  return { shouldRun: mayStay && untolerated(node.spec.taints, tolerations, ['NoSchedule', 'NoExecute']) === undefined, mayStay };
}

/** The Pod for one node; the scheduler binds it, held to that node by its affinity. */
export function daemonPod(set: DaemonSet, node: string, revision: string): Draft<Pod> {
  const draft = podFromTemplate(daemonSets, set, set.spec.template);
  const { affinity } = draft.spec;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const generation = set.metadata.annotations?.[GENERATION];
  return {
    ...draft,
    metadata: {
      ...draft.metadata,
      labels: { ...draft.metadata.labels, [REVISION_LABEL]: revision, ...(generation ? { [GENERATION_LABEL]: generation } : {}) },
    },
    spec: {
      ...draft.spec,
      tolerations: daemonTolerations(set.spec.template),
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...affinity?.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms.map((term) => ({ ...term, matchFields })) },
        },
      },
    },
  };
}

/** The node that a daemon Pod runs on or is meant for. */
export function targetNodeOf(pod: Pod): string | undefined {
  if (pod.spec.nodeName) return pod.spec.nodeName;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.flatMap((term) => term.matchFields ?? []).find((field) => field.key === 'metadata.name')?.values?.[0];
}
