import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { KubeObject, ObjectKey } from '../../kube/object.ts';
import type { Rollout } from '../rollout.ts';
import { experiments } from '../tree/experiment.ts';
import { patchStatus } from './patch-rollout.ts';

/** Takes an abort back: the canary starts again at its first step. */
export async function retryRollout(api: KubeApi, key: ObjectKey, options: CallOptions = {}): Promise<Rollout> {
  return (await patchStatus(api, key, { abort: false }, options)).rollout;
}

/** Starts an Experiment anew by forgetting its status. */
export function retryExperiment(api: KubeApi, key: ObjectKey, options: CallOptions = {}): Promise<KubeObject> {
  return api.patch(experiments, key, { type: 'merge', body: { status: null } }, { signal: options.signal });
}
