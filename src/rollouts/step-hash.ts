import { goJson } from './go-json.ts';
import { safeHash } from './pod-template-hash.ts';
import type { CanaryStep } from './rollout.ts';

/** The hash of a step list. Any change of it takes a Rollout back to its first step. */
export function stepHash(steps: readonly CanaryStep[] | undefined): string {
  return safeHash(steps === undefined || steps.length === 0 ? 'null' : goJson(steps, 'step'));
}
