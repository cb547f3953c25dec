import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { KubeObject, ObjectKey } from '../../kube/object.ts';
import { analysisRuns } from '../analysis/analysis-run.ts';
import { experiments } from '../tree/experiment.ts';

/** Ends an AnalysisRun early: what was measured so far decides. */
export function terminateAnalysisRun(api: KubeApi, key: ObjectKey, options: CallOptions = {}): Promise<KubeObject> {
  return api.patch(analysisRuns, key, { type: 'merge', body: { spec: { terminate: true } } }, { signal: options.signal });
}

/** Ends an Experiment early and scales its templates down. */
export function terminateExperiment(api: KubeApi, key: ObjectKey, options: CallOptions = {}): Promise<KubeObject> {
  return api.patch(experiments, key, { type: 'merge', body: { spec: { terminate: true } } }, { signal: options.signal });
}
