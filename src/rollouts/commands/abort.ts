import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import type { Rollout } from '../rollout.ts';
import { patchStatus } from './patch-rollout.ts';

/** Sends all traffic back to the stable version. Resolves when the wish is stored, not when the traffic has moved. */
export async function abortRollout(api: KubeApi, key: ObjectKey, options: CallOptions = {}): Promise<Rollout> {
  return (await patchStatus(api, key, { abort: true }, options)).rollout;
}
