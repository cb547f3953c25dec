import type { AnyObject } from '../../kube/object.ts';

/** One thing that the controller accepts without a word and that will surprise. */
export interface Finding {
  /** Stable name of the rule. */
  rule: string;
  /** `error`: it cannot work as written. `warning`: it works, perhaps not as meant. */
  severity: 'error' | 'warning';
  /** `Rollout lab/demo`. */
  object: string;
  path: string;
  message: string;
  /** What to change. */
  next: string;
}

export function nameOf({ kind, metadata }: AnyObject): string {
  return `${kind} ${metadata?.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata?.name ?? '(without a name)'}`;
}
