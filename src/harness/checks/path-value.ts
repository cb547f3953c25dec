/** A list item is found by `field=value`, as in `['status', 'conditions', 'type=Ready', 'status']`. */
const ITEM = /^([A-Za-z]+)=(.*)$/;

/** The value at a path inside an object, or `undefined`. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const part of path) {
    if (Array.isArray(value)) {
      const index = itemIndex(value, part);
      value = index < 0 ? undefined : value[index];
    } else value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value;
}

/** The JSON pointer (RFC 6901) of the path in this object; `undefined` when its parent does not exist. */
export function pointerTo(object: unknown, path: readonly string[]): string | undefined {
  let value = object;
  let pointer = '';
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    const key = Array.isArray(value) ? String(itemIndex(value, part)) : part;
    if (key === '-1') return undefined;
    pointer += `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    value = (value as Record<string, unknown>)[key];
  }
  return pointer;
}

/** The path in the form of kubectl's `-o jsonpath=`. */
export function jsonPathOf(path: readonly string[]): string {
  const parts = path.map((part) => {
    const item = part.match(ITEM);
    if (item) return `[?(@.${item[1]}=="${item[2]}")]`;
    return /^\d+$/.test(part) ? `[${part}]` : `.${part.replaceAll('.', '\\.')}`;
  });
  return `jsonpath={${parts.join('')}}`;
}

function itemIndex(list: readonly unknown[], part: string): number {
  const item = part.match(ITEM);
  if (item === null) return /^\d+$/.test(part) ? Number(part) : -1;
  return list.findIndex((entry) => String((entry as Record<string, unknown> | null)?.[item[1]!]) === item[2]);
}
