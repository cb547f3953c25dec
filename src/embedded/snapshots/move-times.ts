import type { AnyObject } from '../../kube/object.ts';
import type { TimeFields } from './time-fields.ts';

/** Annotations of objects (not of templates) whose value is a time that a controller waits for or measures from. */
const TIMED_ANNOTATIONS = ['argo-rollouts.argoproj.io/scale-down-deadline', 'endpoints.kubernetes.io/last-change-trigger-time'] as const;
const RFC_3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})((?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))$/i;

/** An RFC 3339 time that many whole seconds later, in the form it was written in; other text as it is. */
export function movedTime(text: string, bySeconds: number): string {
  const [, local, rest] = RFC_3339.exec(text) ?? [];
  if (local === undefined) return text;
  const ms = Date.parse(`${local}Z`);
  return Number.isNaN(ms) ? text : `${new Date(ms + bySeconds * 1000).toISOString().slice(0, 19)}${rest}`;
}

/** The object with its times that many whole seconds later. Parts without times are shared with the given one. */
export function moveTimes(object: AnyObject, times: TimeFields, bySeconds: number): AnyObject {
  if (bySeconds === 0) return object;
  const moved = move(object, times, bySeconds) as AnyObject;
  const { annotations } = moved.metadata;
  const timed = TIMED_ANNOTATIONS.filter((name) => annotations?.[name] !== undefined);
  if (timed.length === 0) return moved;
  const changed = Object.fromEntries(timed.map((name) => [name, movedTime(annotations![name]!, bySeconds)]));
  return { ...moved, metadata: { ...moved.metadata, annotations: { ...annotations, ...changed } } };
}

function move(value: unknown, times: TimeFields, bySeconds: number): unknown {
  if (times === undefined || value === null || value === undefined) return value;
  if (times === 'time') return typeof value === 'string' ? movedTime(value, bySeconds) : value;
  if (typeof value !== 'object') return value;
  const { fields, each } = times;
  if (Array.isArray(value)) {
    const items = each === undefined ? value : value.map((item) => move(item, each, bySeconds));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [name, child] of Object.entries(value)) {
    const below = fields?.get(name) ?? each;
    const next = below === undefined ? child : move(child, below, bySeconds);
    if (next !== child) (copy ??= { ...value })[name] = next;
  }
  return copy ?? value;
}
