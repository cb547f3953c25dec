import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import { notFound } from '../../kube/status-error.ts';
import { type Rollout, rollouts } from '../rollout.ts';

/** The Rollout as it is now; an absent one is the server's `NotFound`. */
export async function readRollout(api: KubeApi, key: ObjectKey, options: CallOptions = {}): Promise<Rollout> {
  const rollout = await api.get(rollouts, key, options);
  if (rollout === undefined) throw notFound(rollouts, key.name);
  return rollout;
}
