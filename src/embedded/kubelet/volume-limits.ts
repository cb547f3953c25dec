import type { Pod } from '../../kube/generated/types.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { EmptyDirs } from './container-files.ts';

/** Why the Pod is evicted for what its empty directories hold, worded as kubelet/eviction does; `undefined` while all are within their limits. */
export function evictionMessage(pod: Pod, dirs: Pick<EmptyDirs, 'sizeOf'>): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = emptyDir?.sizeLimit === undefined ? undefined : parseQuantity(emptyDir.sizeLimit);
    if (limit !== undefined && limit > 0 && dirs.sizeOf(name) > limit)
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${emptyDir!.sizeLimit}". `;
  }
  return undefined;
}
