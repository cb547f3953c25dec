import type { Container, PodSpec, PodTemplateSpec, Volume } from '../../../kube/generated/types.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { annotationErrors, labelErrors } from './metadata-validation.ts';
import { dnsLabelProblems, dnsSubdomainProblems, portNameProblems, portNumberProblems } from './syntax.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

/** The part of k8s.io/kubernetes/pkg/apis/core/validation that users meet. `at` is the path of the spec. */
export function validatePodSpec(spec: PodSpec | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec === undefined) return [fieldError.required(`${at}.containers`)];
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name));
  errors.push(...validateVolumes(spec.volumes ?? [], `${at}.volumes`));
  if ((spec.containers ?? []).length === 0) errors.push(fieldError.required(`${at}.containers`));
  const names = new Set<string>();
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [i, container] of (spec[list] ?? []).entries())
      errors.push(...validateContainer(container, `${at}.${list}[${i}]`, volumes, names, list === 'initContainers'));
  }
  if (spec.restartPolicy !== undefined && !RESTART_POLICIES.includes(spec.restartPolicy)) {
    errors.push(fieldError.notSupported(`${at}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES));
  }
  if (spec.dnsPolicy !== undefined && !DNS_POLICIES.includes(spec.dnsPolicy))
    errors.push(fieldError.notSupported(`${at}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    errors.push(
      fieldError.invalid(`${at}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds, 'must be greater than or equal to 0'),
    );
  }
  if (spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds < 1) {
    errors.push(
      fieldError.invalid(`${at}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 'must be between 1 and 2147483647, inclusive'),
    );
  }
  if (spec.serviceAccountName) {
    errors.push(
      ...dnsSubdomainProblems(spec.serviceAccountName).map((problem) =>
        fieldError.invalid(`${at}.serviceAccountName`, spec.serviceAccountName, problem),
      ),
    );
  }
  errors.push(...labelErrors(spec.nodeSelector, `${at}.nodeSelector`));
  return errors;
}

export function validatePodTemplate(template: PodTemplateSpec | undefined, at: string): FieldError[] {
  return [
    ...labelErrors(template?.metadata?.labels, `${at}.metadata.labels`),
    ...annotationErrors(template?.metadata?.annotations, `${at}.metadata.annotations`),
    ...validatePodSpec(template?.spec, `${at}.spec`),
  ];
}

function validateVolumes(volumes: readonly Volume[], at: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, volume] of volumes.entries()) {
    if (!volume.name) errors.push(fieldError.required(`${at}[${i}].name`));
    else if (names.has(volume.name)) errors.push(fieldError.duplicate(`${at}[${i}].name`, volume.name));
    else errors.push(...dnsLabelProblems(volume.name).map((problem) => fieldError.invalid(`${at}[${i}].name`, volume.name, problem)));
    names.add(volume.name);
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    for (const extra of sources.slice(1))
      errors.push(fieldError.forbidden(`${at}[${i}].${extra}`, 'may not specify more than 1 volume type'));
    if (volume.configMap !== undefined && !volume.configMap.name) errors.push(fieldError.required(`${at}[${i}].configMap.name`));
    if (volume.secret !== undefined && !volume.secret.secretName) errors.push(fieldError.required(`${at}[${i}].secret.secretName`));
  }
  return errors;
}

function validateContainer(
  container: Container,
  at: string,
  volumes: ReadonlySet<string>,
  names: Set<string>,
  isInit: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!container.name) errors.push(fieldError.required(`${at}.name`));
  else if (names.has(container.name)) errors.push(fieldError.duplicate(`${at}.name`, container.name));
  else errors.push(...dnsLabelProblems(container.name).map((problem) => fieldError.invalid(`${at}.name`, container.name, problem)));
  names.add(container.name);
  if (!container.image) errors.push(fieldError.required(`${at}.image`));
  else if (container.image.trim() !== container.image)
    errors.push(fieldError.invalid(`${at}.image`, container.image, 'must not have leading or trailing whitespace'));
  if (container.imagePullPolicy !== undefined && !PULL_POLICIES.includes(container.imagePullPolicy)) {
    errors.push(fieldError.notSupported(`${at}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES));
  }
  errors.push(...validatePorts(container, at));
  for (const [i, variable] of (container.env ?? []).entries()) {
    if (!variable.name) errors.push(fieldError.required(`${at}.env[${i}].name`));
    if (variable.value && variable.valueFrom !== undefined)
      errors.push(fieldError.invalid(`${at}.env[${i}].valueFrom`, '', 'may not be specified when `value` is not empty'));
  }
  const mountPaths = new Set<string>();
  for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
    if (!mount.name) errors.push(fieldError.required(`${at}.volumeMounts[${i}].name`));
    else if (!volumes.has(mount.name)) errors.push(fieldError.notFound(`${at}.volumeMounts[${i}].name`, mount.name));
    if (!mount.mountPath) errors.push(fieldError.required(`${at}.volumeMounts[${i}].mountPath`));
    else if (mountPaths.has(mount.mountPath))
      errors.push(fieldError.invalid(`${at}.volumeMounts[${i}].mountPath`, mount.mountPath, 'must be unique'));
    mountPaths.add(mount.mountPath);
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const value = container[probe];
    if (value === undefined) continue;
    if (isInit && container.restartPolicy !== 'Always') {
      errors.push(fieldError.forbidden(`${at}.${probe}`, 'may not be set for init containers without restartPolicy=Always'));
      continue;
    }
    if ([value.httpGet, value.tcpSocket, value.exec, value.grpc].every((handler) => handler === undefined)) {
      errors.push(fieldError.required(`${at}.${probe}`, 'must specify a handler type'));
    }
    if (probe !== 'readinessProbe' && (value.successThreshold ?? 1) !== 1) {
      errors.push(fieldError.invalid(`${at}.${probe}.successThreshold`, value.successThreshold, 'must be 1'));
    }
  }
  return errors;
}

function validatePorts(container: Container, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, port] of (container.ports ?? []).entries()) {
    const path = `${at}.ports[${i}]`;
    if (port.name) {
      const problems = portNameProblems(port.name);
      errors.push(...problems.map((problem) => fieldError.invalid(`${path}.name`, port.name, problem)));
      if (names.has(port.name)) errors.push(fieldError.duplicate(`${path}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(fieldError.required(`${path}.containerPort`));
    else
      errors.push(
        ...portNumberProblems(port.containerPort).map((problem) =>
          fieldError.invalid(`${path}.containerPort`, port.containerPort, problem),
        ),
      );
    if (port.hostPort)
      errors.push(...portNumberProblems(port.hostPort).map((problem) => fieldError.invalid(`${path}.hostPort`, port.hostPort, problem)));
    if (port.protocol !== undefined && !PROTOCOLS.includes(port.protocol))
      errors.push(fieldError.notSupported(`${path}.protocol`, port.protocol, PROTOCOLS));
  }
  return errors;
}
