/** The value that a table itself holds under a key which a user chose: `constructor` and `toString` are keys like any other. */
export function ownValue<T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Puts a value under a key which a user chose: an assignment to `__proto__` would set the prototype instead. */
export function setOwnValue<T>(table: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') Object.defineProperty(table, key, { value, writable: true, enumerable: true, configurable: true });
  else table[key] = value;
}
