/** Freezes a tree of plain objects and arrays in place. A frozen branch is taken as frozen all the way down. */
export function deepFreeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child);
  return value;
}
