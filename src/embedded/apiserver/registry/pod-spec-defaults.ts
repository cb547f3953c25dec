import type { Container, HTTPGetAction, PodSpec, PodTemplateSpec, Probe, Volume } from '../../../kube/generated/types.ts';

/** `Always` for no tag or `:latest`, else `IfNotPresent`; a digest counts as a tag. */
export function defaultPullPolicy(image: string | undefined): string {
  if (image === undefined || image.includes('@')) return 'IfNotPresent';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultHttpGet(action: HTTPGetAction | undefined): void {
  if (action === undefined) return;
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}

function defaultProbe(probe: Probe | undefined): void {
  if (probe === undefined) return;
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  defaultHttpGet(probe.httpGet);
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
}

function defaultContainer(container: Container): void {
  container.resources ??= {};
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.imagePullPolicy ||= defaultPullPolicy(container.image);
  for (const port of container.ports ?? []) port.protocol ||= 'TCP';
  for (const variable of container.env ?? []) {
    const source = variable.valueFrom;
    if (source?.fieldRef !== undefined) source.fieldRef.apiVersion ||= 'v1';
    if (source?.resourceFieldRef !== undefined) source.resourceFieldRef.divisor ??= '0';
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) defaultProbe(probe);
  defaultHttpGet(container.lifecycle?.postStart?.httpGet);
  defaultHttpGet(container.lifecycle?.preStop?.httpGet);
}

function defaultVolume(volume: Volume): void {
  for (const source of [volume.secret, volume.configMap, volume.downwardAPI, volume.projected])
    if (source !== undefined) source.defaultMode ??= 420;
  for (const item of volume.downwardAPI?.items ?? []) if (item.fieldRef !== undefined) item.fieldRef.apiVersion ||= 'v1';
  for (const source of volume.projected?.sources ?? []) {
    if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= 3600;
    for (const item of source.downwardAPI?.items ?? []) if (item.fieldRef !== undefined) item.fieldRef.apiVersion ||= 'v1';
  }
  if (volume.hostPath !== undefined) volume.hostPath.type ??= '';
  if (volume.ephemeral?.volumeClaimTemplate?.spec !== undefined) volume.ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem';
  if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {};
}

/**
 * Defaults of a Pod's spec that also apply inside templates, so that a Deployment's template and the one of its ReplicaSet stay
 * equal (k8s.io/kubernetes/pkg/apis/core/v1/defaults.go). What only a Pod gets is in `pod.ts`.
 */
export function defaultPodSpec(spec: PodSpec): void {
  spec.restartPolicy ||= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.securityContext ??= {};
  spec.schedulerName ||= 'default-scheduler';
  spec.serviceAccountName ||= spec.serviceAccount;
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else delete spec.serviceAccountName;
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  if (spec.hostNetwork)
    for (const container of spec.containers ?? []) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  for (const constraint of spec.topologySpreadConstraints ?? []) constraint.whenUnsatisfiable ||= 'DoNotSchedule';
}

/** Defaults of a template, which may be missing parts that upstream's structs always have. */
export function defaultPodTemplate(template: PodTemplateSpec): void {
  template.metadata ??= {};
  template.spec ??= { containers: [] };
  defaultPodSpec(template.spec);
}
