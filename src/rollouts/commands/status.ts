import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import { type ObservedPhase, observedPhase } from '../tree/observed-phase.ts';
import { readRollout } from './read-rollout.ts';

/** The phase as a client sees it (see `observedPhase`). Rejects with `NotFound`. */
export async function rolloutStatus(api: KubeApi, key: ObjectKey, options: CallOptions = {}): Promise<ObservedPhase> {
  return observedPhase(await readRollout(api, key, options));
}
