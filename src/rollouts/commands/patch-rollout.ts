import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import { isStatus } from '../../kube/status-error.ts';
import { type Rollout, rollouts } from '../rollout.ts';

export function patchSpec(api: KubeApi, key: ObjectKey, spec: object, options: CallOptions = {}): Promise<Rollout> {
  return api.patch(rollouts, key, { type: 'merge', body: { spec } }, { signal: options.signal });
}

/**
 * Merges `status` through the status subresource. Installations older than that subresource answer 404, and then `unified`
 * (by default only the status) goes to the object itself; an absent Rollout answers 404 again.
 */
export async function patchStatus(
  api: KubeApi,
  key: ObjectKey,
  status: object,
  options: CallOptions & { unified?: object } = {},
): Promise<{ rollout: Rollout; unifiedSent: boolean }> {
  try {
    return {
      rollout: await api.patch(rollouts, key, { type: 'merge', body: { status } }, { subresource: 'status', signal: options.signal }),
      unifiedSent: false,
    };
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
    const rollout = await api.patch(rollouts, key, { type: 'merge', body: options.unified ?? { status } }, { signal: options.signal });
    return { rollout, unifiedSent: true };
  }
}
