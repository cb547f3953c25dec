/**
 * Field order of the Go structs that a pod template is made of, as far as common templates use them. A hash over JSON text
 * depends on it. Fields that are not listed follow in alphabetical order, as keys of a map do.
 */
const FIELD_ORDER: Readonly<Record<string, readonly string[]>> = {
  template: ['metadata', 'spec'],
  metadata: ['name', 'generateName', 'namespace', 'labels', 'annotations', 'ownerReferences', 'finalizers'],
  spec: [
    'volumes',
    'initContainers',
    'containers',
    'ephemeralContainers',
    'restartPolicy',
    'terminationGracePeriodSeconds',
    'activeDeadlineSeconds',
    'dnsPolicy',
    'nodeSelector',
    'serviceAccountName',
    'serviceAccount',
    'automountServiceAccountToken',
    'nodeName',
    'hostNetwork',
    'hostPID',
    'hostIPC',
    'shareProcessNamespace',
    'securityContext',
    'imagePullSecrets',
    'hostname',
    'subdomain',
    'affinity',
    'schedulerName',
    'tolerations',
    'hostAliases',
    'priorityClassName',
    'priority',
    'dnsConfig',
    'readinessGates',
    'runtimeClassName',
    'enableServiceLinks',
    'preemptionPolicy',
    'overhead',
    'topologySpreadConstraints',
  ],
  container: [
    'name',
    'image',
    'command',
    'args',
    'workingDir',
    'ports',
    'envFrom',
    'env',
    'resources',
    'resizePolicy',
    'restartPolicy',
    'volumeMounts',
    'volumeDevices',
    'livenessProbe',
    'readinessProbe',
    'startupProbe',
    'lifecycle',
    'terminationMessagePath',
    'terminationMessagePolicy',
    'imagePullPolicy',
    'securityContext',
    'stdin',
    'stdinOnce',
    'tty',
  ],
  port: ['name', 'hostPort', 'containerPort', 'protocol', 'hostIP'],
  resources: ['limits', 'requests', 'claims'],
  env: ['name', 'value', 'valueFrom'],
  step: ['setWeight', 'pause', 'experiment', 'analysis', 'setCanaryScale', 'setHeaderRoute', 'setMirrorRoute', 'plugin'],
};

/** Which struct the field of a struct holds, where that decides an order. */
const CHILD: Readonly<Record<string, string>> = {
  'template.metadata': 'metadata',
  'template.spec': 'spec',
  'spec.containers': 'container',
  'spec.initContainers': 'container',
  'spec.ephemeralContainers': 'container',
  'container.ports': 'port',
  'container.resources': 'resources',
  'container.env': 'env',
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || value === false || value === 0 || (Array.isArray(value) && value.length === 0);

/**
 * JSON text of a pod template or a step list in the order, and with the escapes, of Go's encoding/json. Structs drop empty
 * fields; a container always shows its resources.
 */
export function goJson(value: unknown, struct = ''): string {
  if (Array.isArray(value)) return `[${value.map((item) => goJson(item, struct)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields: Record<string, unknown> = { ...value };
    if (struct === 'container') fields.resources ??= {};
    const order = FIELD_ORDER[struct] ?? [];
    const rank = (key: string): number => {
      const at = order.indexOf(key);
      return at < 0 ? order.length : at;
    };
    const keys = Object.keys(fields)
      .filter((key) => fields[key] !== undefined && (struct === '' || struct === 'step' || !isEmpty(fields[key])))
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
    return `{${keys.map((key) => `${text(key)}:${goJson(fields[key], CHILD[`${struct}.${key}`] ?? '')}`).join(',')}}`;
  }
  return typeof value === 'string' ? text(value) : (JSON.stringify(value) ?? 'null');
}

function text(value: string): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
