import { ownValue } from '../../base/own-value.ts';
import type { Container, ObjectFieldSelector, Pod, ResourceFieldSelector } from '../../kube/generated/types.ts';

/** What the node itself contributes to field references. */
export interface NodeFacts {
  podIp: string | undefined;
  hostIp: string;
  cpu: string;
  memory: string;
}

/** `key="value"` lines, sorted, as downward API files and variables print maps. */
function mapText(map: Record<string, string> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/** The value of a downward API field; `undefined` when the path is not modelled. */
export function fieldValue(pod: Pod, { fieldPath }: ObjectFieldSelector, node: NodeFacts): string | undefined {
  const subscript = fieldPath.match(/^metadata\.(labels|annotations)\['(.+)'\]$/);
  if (subscript) return ownValue(subscript[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations, subscript[2]!) ?? '';
  switch (fieldPath) {
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace ?? 'default';
    case 'metadata.uid':
      return pod.metadata.uid;
    case 'metadata.labels':
      return mapText(pod.metadata.labels);
    case 'metadata.annotations':
      return mapText(pod.metadata.annotations);
    case 'spec.nodeName':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? 'default';
    case 'status.podIP':
    case 'status.podIPs':
      return node.podIp ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return node.hostIp;
    default:
      return undefined;
  }
}

const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity as a number; `undefined` when it is none. */
export function quantityValue(text: string): number | undefined {
  const match = text.match(/^([+-]?[\d.]+(?:[eE][+-]?\d+)?)(n|u|m|k|[MGTPE]|[KMGTPE]i)?$/);
  if (!match) return undefined;
  const value = Number(match[1]) * (match[2] === undefined ? 1 : SUFFIX[match[2]]!);
  return Number.isFinite(value) ? value : undefined;
}

/** A container's limit or request in whole divisors, rounded up; an unset limit is what the node can give. */
export function resourceValue(
  container: Container | undefined,
  { resource, divisor }: ResourceFieldSelector,
  node: NodeFacts,
): string | undefined {
  const [kind, name] = resource.split('.', 2) as [string, string | undefined];
  if (name === undefined || (kind !== 'limits' && kind !== 'requests')) return undefined;
  const { limits, requests } = container?.resources ?? {};
  const capacity = name === 'cpu' ? node.cpu : name === 'memory' ? node.memory : '0';
  const text = kind === 'limits' ? (ownValue(limits, name) ?? capacity) : (ownValue(requests, name) ?? '0');
  const unit = quantityValue(divisor === undefined || divisor === '0' ? '1' : divisor);
  const value = quantityValue(text);
  return unit === undefined || value === undefined ? undefined : String(Math.ceil(value / unit));
}
