import { isLeaf, keyElement, pathsOf, valueElement } from './field-set.ts';
import { fieldInfo, type TypeInfo } from './type-info.ts';

/**
 * The first two items of one keyed list or set that are the same, worded as structured-merge-diff words it; undefined when
 * there are none. Such a configuration cannot be applied: it would be unclear which of them is meant.
 */
export function duplicateKeys(type: TypeInfo, value: unknown, path = ''): string | undefined {
  if (isLeaf(type, value)) return undefined;
  if (Array.isArray(value)) {
    const seen = new Set<string>();
    for (const item of value) {
      const element = type.kind === 'list-map' ? keyElement(type, item) : valueElement(item);
      const printed = pathsOf({ [element]: {} })[0]!;
      if (seen.has(element)) return `${path}: duplicate entries for key ${printed}`;
      seen.add(element);
      const below = type.kind === 'list-map' ? duplicateKeys(type.of, item, `${path}${printed}`) : undefined;
      if (below !== undefined) return below;
    }
    return undefined;
  }
  for (const [key, child] of Object.entries(value as Record<string, unknown>)) {
    const below = duplicateKeys(fieldInfo(type, key), child, `${path}.${key}`);
    if (below !== undefined) return below;
  }
  return undefined;
}
