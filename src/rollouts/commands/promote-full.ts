import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import type { Rollout } from '../rollout.ts';
import { promoteRollout } from './promote.ts';

/** Skips every step, pause and analysis that is left. The weight moves only once the canary is fully available. */
export function promoteFullRollout(api: KubeApi, key: ObjectKey, options: CallOptions = {}): Promise<Rollout> {
  return promoteRollout(api, key, { ...options, full: true });
}
