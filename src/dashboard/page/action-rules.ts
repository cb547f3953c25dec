import type { Verb } from './rest-client.ts';

/** Which buttons a Rollout's status enables: the rules of upstream's page. */
export function isEnabled(verb: Verb, status: string | undefined): boolean {
  if (verb === 'restart') return true;
  if (verb === 'retry') return status === 'Degraded';
  return status === 'Progressing' || status === 'Paused';
}

export const VERBS: readonly Verb[] = ['promote', 'promote-full', 'abort', 'retry', 'restart'];
