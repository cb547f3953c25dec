import { ownValue } from '../base/own-value.ts';
import type { PodMetadata } from './rollout.ts';

export const EPHEMERAL_METADATA = 'rollout.argoproj.io/ephemeral-metadata';
interface Metadata {
  labels?: Record<string, string> | undefined;
  annotations?: Record<string, string> | undefined;
}

/** The metadata with what was injected before taken out and `desired` put in; `changed` says whether anything differs. */
export function withInjected(
  metadata: Metadata,
  before: PodMetadata,
  desired: PodMetadata,
): { labels: Record<string, string>; annotations: Record<string, string>; changed: boolean } {
  const apply = (
    now: Record<string, string> = {},
    old: Record<string, string> = {},
    wanted: Record<string, string> = {},
  ): Record<string, string> => {
    const kept = Object.entries(now).filter(([key]) => ownValue(old, key) === undefined || ownValue(wanted, key) !== undefined);
    return { ...Object.fromEntries(kept), ...wanted };
  };
  const labels = apply(metadata.labels, before.labels, desired.labels);
  const annotations = apply(metadata.annotations, before.annotations, desired.annotations);
  const differs = (a: Record<string, string>, b: Record<string, string> = {}): boolean =>
    Object.keys({ ...a, ...b }).some((key) => ownValue(a, key) !== ownValue(b, key));
  return { labels, annotations, changed: differs(labels, metadata.labels) || differs(annotations, metadata.annotations) };
}

/** The injected metadata that a ReplicaSet's annotation records; nothing when absent or unreadable. */
export function recordedMetadata(annotations: Readonly<Record<string, string>> | undefined): PodMetadata {
  const text = annotations?.[EPHEMERAL_METADATA];
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as PodMetadata;
  } catch {
    return {};
  }
}

export function isEmptyMetadata(metadata: PodMetadata | undefined): boolean {
  return Object.keys(metadata?.labels ?? {}).length + Object.keys(metadata?.annotations ?? {}).length === 0;
}
