import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { InformerFactory } from '../kube/informer.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { pods, replicaSets } from '../kube/resource-type.ts';
import { analysisRuns } from '../rollouts/analysis/analysis-run.ts';
import { rollouts } from '../rollouts/rollout.ts';
import { rolloutInfo } from '../rollouts/tree/rollout-info.ts';
import type { Walk } from './lab.ts';
import { type LiveRollout, liveRollout } from './live-rollout.ts';
import type { ProbeReport, TrafficProbe } from './traffic-probe.ts';

/** A walk at one moment. */
export interface LivePicture {
  /** Absent while there is no Rollout. */
  rollout: LiveRollout | undefined;
  traffic: Pick<ProbeReport, 'requests' | 'failures' | 'byHash'>;
}

/** Looked at as often as one draws; looking is cheap. */
export interface LiveSource {
  look(): LivePicture;
}

/** Watches a walk's Rollout and what belongs to it until the signal aborts. */
export function startLiveSource(
  api: KubeApi,
  walk: Walk,
  probe: Pick<TrafficProbe, 'snapshot'>,
  ctx: { clock: Clock; log: Log; signal: AbortSignal },
): LiveSource {
  const { namespace, rollout: name } = walk;
  if (name === undefined) return { look: () => ({ rollout: undefined, traffic: probe.snapshot() }) };
  const informers = new InformerFactory(api, ctx, { namespace });
  const views = {
    rollouts: informers.for(rollouts),
    replicaSets: informers.for(replicaSets),
    pods: informers.for(pods),
    analysisRuns: informers.for(analysisRuns),
  };
  // What has not been listed yet is not shown yet.
  informers.start(ctx.signal).catch(() => undefined);
  return {
    look: () => {
      const rollout = views.rollouts.get({ namespace, name });
      return {
        traffic: probe.snapshot(),
        rollout:
          rollout &&
          liveRollout(
            rolloutInfo(rollout, {
              replicaSets: views.replicaSets.list(namespace),
              pods: views.pods.list(namespace),
              analysisRuns: views.analysisRuns.list(namespace),
            }),
          ),
      };
    },
  };
}
