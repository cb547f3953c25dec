import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import type { Rollout } from '../rollout.ts';
import { patchSpec } from './patch-rollout.ts';

/** Freezes replica counts and steps until `promote`; traffic stays where it is. */
export function pauseRollout(api: KubeApi, key: ObjectKey, options: CallOptions = {}): Promise<Rollout> {
  return patchSpec(api, key, { paused: true }, options);
}
