import { ownValue } from '../../base/own-value.ts';
import type { Node, Pod } from '../../kube/generated/types.ts';

/** The label of an object under a key that a user chose. */
export function labelOf(object: Node | Pod | undefined, key: string): string | undefined {
  return ownValue(object?.metadata.labels, key);
}

/** Whether `other` has the label of `owner` under a key of `matchLabelKeys`. A key that the owner lacks is left out. */
export function sharesLabel(owner: Pod, other: Pod, key: string): boolean {
  const label = labelOf(owner, key);
  return label === undefined || label === labelOf(other, key);
}
