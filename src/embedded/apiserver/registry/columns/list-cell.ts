/** Up to `max` items joined by `,`, then ` + N more...`; `none` when there are no items. */
export function listCell(items: readonly string[], max: number, none: string, separator = ','): string {
  if (items.length === 0) return none;
  const shown = items.slice(0, max).join(separator);
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown;
}

/** Sorted unique texts joined by `,`. */
export function uniqueCell(items: readonly (string | undefined)[]): string {
  return [...new Set(items.filter((item): item is string => item !== undefined && item !== ''))].sort().join(',');
}
