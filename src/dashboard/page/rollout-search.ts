import type { WireRollout } from '../wire.ts';

export interface Filters {
  search: string;
  statuses: ReadonlySet<string>;
  onlyFavourites: boolean;
  onlyAttention: boolean;
}

/** Whether somebody should look: Degraded, Unknown, or Paused for a reason that no step of the plan gave. */
export function needsAttention({ status, message }: WireRollout): boolean {
  return (
    status === 'Degraded' ||
    status === 'Unknown' ||
    status === undefined ||
    (status === 'Paused' && message !== undefined && message !== 'CanaryPauseStep')
  );
}

/** Terms, separated by commas, that must all hold: part of the name, `"exact name"`, `label:value`, each negated by a leading `!`. */
export function matchesSearch(rollout: WireRollout, search: string): boolean {
  return search
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '' && term !== '!')
    .every((term) => {
      const isNegated = term.startsWith('!');
      return matchesTerm(rollout, isNegated ? term.slice(1).trim() : term) !== isNegated;
    });
}

function matchesTerm({ objectMeta: { name, labels = {} } }: WireRollout, term: string): boolean {
  const exact = term.match(/^"(.*)"$/);
  if (exact !== null) return name === exact[1];
  const colon = term.indexOf(':');
  if (colon > 0)
    return (
      (labels[term.slice(0, colon).trim()] ?? '').includes(term.slice(colon + 1).trim()) &&
      labels[term.slice(0, colon).trim()] !== undefined
    );
  return name.toLowerCase().includes(term.toLowerCase());
}

export function isShown(rollout: WireRollout, filters: Filters, favourites: ReadonlySet<string>): boolean {
  return (
    matchesSearch(rollout, filters.search) &&
    (filters.statuses.size === 0 || filters.statuses.has(rollout.status ?? 'Unknown')) &&
    (!filters.onlyFavourites || favourites.has(rollout.objectMeta.name)) &&
    (!filters.onlyAttention || needsAttention(rollout))
  );
}
