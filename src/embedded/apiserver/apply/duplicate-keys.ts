import { isLeaf, keyElement, pathsOf, valueElement } from './field-set.ts';
import { fieldInfo, type TypeInfo } from './type-info.ts';

/**
 * The first two items of one keyed list or set that are the same, worded as structured-merge-diff words it; undefined when
 * there are none. Such a configuration cannot be applied: it would be unclear which of them is meant.
 */
export function duplicateKeys(type: TypeInfo, value: unknown): string | undefined {
  if (isLeaf(type, value)) return undefined;
  if (Array.isArray(value)) {
    const seen = new Set<string>();
    for (const item of value) {
      const element = type.kind === 'list-map' ? keyElement(type, item) : valueElement(item);
      if (seen.has(element)) return `: duplicate entries for key ${printed(element)}`;
      seen.add(element);
      const below = type.kind === 'list-map' ? duplicateKeys(type.of, item) : undefined;
      if (below !== undefined) return `${printed(element)}${below}`;
    }
    return undefined;
  }
  for (const key in value as Record<string, unknown>) {
    const below = duplicateKeys(fieldInfo(type, key), (value as Record<string, unknown>)[key]);
    if (below !== undefined) return `.${key}${below}`;
  }
  return undefined;
}

function printed(element: string): string {
  return pathsOf({ [element]: {} })[0]!;
}
