import type { ObjectMeta } from '../kube/object.ts';
import type { RolloutInfo } from '../rollouts/tree/rollout-info.ts';
import type { WireMeta, WireRollout } from './wire.ts';

/** Objects that Kubernetes wrote: their own rules say which fields are absent, and `pause: {}` is a step. */
const VERBATIM = new Set(['steps', 'specAndStatus', 'labels', 'annotations']);

/** The JSON of a Rollout as upstream's server writes it. The list view leaves out what it does not show. */
export function wireRollout(info: RolloutInfo, view: 'full' | 'list'): WireRollout {
  const shown = view === 'full' ? info : { ...info, experiments: [], analysisRuns: [] };
  return withoutZeroes(shown, '') as WireRollout;
}

function withoutZeroes(value: unknown, name: string): unknown {
  if (name === 'objectMeta') return wireMeta(value as ObjectMeta);
  if (typeof value !== 'object' || value === null || VERBATIM.has(name)) return value;
  if (Array.isArray(value)) return value.map((item) => withoutZeroes(item, ''));
  const kept: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const isZero =
      member === undefined ||
      member === null ||
      member === '' ||
      member === 0 ||
      member === false ||
      (Array.isArray(member) && member.length === 0);
    if (!isZero) kept[key] = withoutZeroes(member, key);
  }
  return kept;
}

function wireMeta(meta: ObjectMeta): WireMeta {
  const { name, namespace, uid, generation, creationTimestamp, resourceVersion, labels, annotations } = meta;
  return JSON.parse(
    JSON.stringify({ name, namespace, labels, annotations, uid, generation, creationTimestamp, resourceVersion }),
  ) as WireMeta;
}
