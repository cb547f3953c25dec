import { rfc3339 } from '../../base/clock.ts';
import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import type { Rollout } from '../rollout.ts';
import { patchSpec } from './patch-rollout.ts';

/** Asks for every Pod that is older than `atMs` (cluster time) to be replaced once that moment has come. */
export function restartRollout(api: KubeApi, key: ObjectKey, options: CallOptions & { atMs: number }): Promise<Rollout> {
  return patchSpec(api, key, { restartAt: rfc3339(options.atMs) }, options);
}
