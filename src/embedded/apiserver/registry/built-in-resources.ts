import { builtInTypeInfo } from '../apply/type-info.ts';
import { customResourceDefinition } from '../crd/crd-row.ts';
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from './admission-registration.ts';
import { horizontalPodAutoscaler } from './autoscaling.ts';
import { horizontalPodAutoscalerV1 } from './autoscaling-v1.ts';
import { clock } from './clock.ts';
import { configMap, secret, serviceAccount } from './config.ts';
import { controllerRevision } from './controller-revision.ts';
import { cronJob } from './cronjob.ts';
import { daemonSet } from './daemonset.ts';
import { deployment } from './deployment.ts';
import { endpointSlice, endpoints } from './endpoints.ts';
import { event } from './event.ts';
import { eventV1 } from './event-v1.ts';
import { job } from './job.ts';
import { lease } from './lease.ts';
import { nodeMetricsResource, podMetricsResource } from './metrics.ts';
import { namespace } from './namespace.ts';
import { ingress, ingressClass, networkPolicy } from './networking.ts';
import { node } from './node.ts';
import { pod } from './pod.ts';
import { podTemplate } from './pod-template.ts';
import { podDisruptionBudget } from './policy.ts';
import { limitRange, resourceQuota } from './quota.ts';
import { clusterRole, clusterRoleBinding, role, roleBinding } from './rbac.ts';
import { replicaSet } from './replicaset.ts';
import { type Resource, row } from './resource.ts';
import { priorityClass } from './scheduling.ts';
import { service } from './service.ts';
import { snapshot } from './snapshot.ts';
import { statefulSet } from './statefulset.ts';
import { persistentVolume, persistentVolumeClaim, storageClass } from './storage.ts';

/** Every kind that exists without a CRD, groups in the order discovery lists them (kubectl resolves short names by it). */
export function builtInResources(): Resource[] {
  const resources = [
    row(configMap),
    row(endpoints),
    row(event),
    row(limitRange),
    row(namespace),
    row(node),
    row(persistentVolumeClaim),
    row(persistentVolume),
    row(pod),
    row(podTemplate),
    row(resourceQuota),
    row(secret),
    row(serviceAccount),
    row(service),
    row(controllerRevision),
    row(daemonSet),
    row(deployment),
    row(replicaSet),
    row(statefulSet),
    row(horizontalPodAutoscaler),
    row(horizontalPodAutoscalerV1),
    row(eventV1),
    row(cronJob),
    row(job),
    row(ingressClass),
    row(ingress),
    row(networkPolicy),
    row(podDisruptionBudget),
    row(clusterRoleBinding),
    row(clusterRole),
    row(roleBinding),
    row(role),
    row(storageClass),
    row(mutatingWebhookConfiguration),
    row(validatingWebhookConfiguration),
    row(customResourceDefinition),
    row(priorityClass),
    row(lease),
    row(endpointSlice),
    row(clock),
    row(snapshot),
  ];
  // One TypeInfo per row: its field tables are built on first use and shared by every write.
  const stored = resources.map((resource) =>
    resource.typeInfo !== undefined ? resource : { ...resource, typeInfo: builtInTypeInfo(resource.schemaName!) },
  );
  return [...stored, row(nodeMetricsResource), row(podMetricsResource)];
}
