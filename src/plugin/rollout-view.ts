import { LabError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import type { Connection } from '../client/connect.ts';
import { InformerFactory } from '../kube/informer.ts';
import type { KubeObject } from '../kube/object.ts';
import { deployments, pods, type ResourceType, replicaSets } from '../kube/resource-type.ts';
import { isStatus } from '../kube/status-error.ts';
import { analysisRuns } from '../rollouts/analysis/analysis-run.ts';
import { type Rollout, rollouts } from '../rollouts/rollout.ts';
import { experiments } from '../rollouts/tree/experiment.ts';
import { type ExperimentInfo, experimentInfo, type RolloutInfo, rolloutInfo } from '../rollouts/tree/rollout-info.ts';
import { findRollout } from './follow-rollout.ts';
import type { PluginHost } from './plugin-host.ts';

/** The kinds around a Rollout; the last two may be missing or forbidden, and are shown as absent then. */
const NEEDED = [replicaSets, pods] as const;
const OPTIONAL = [experiments, analysisRuns] as const;

async function listOrNothing<T extends KubeObject>(
  { api, namespace }: Connection,
  type: ResourceType<T>,
  signal: AbortSignal,
): Promise<T[]> {
  try {
    return (await api.list(type, { namespace }, { signal })).items;
  } catch (error) {
    if (isStatus(error, 'NotFound', 'Forbidden')) return [];
    throw error;
  }
}

async function workloadTemplate(
  { api, namespace }: Connection,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<{ spec?: never } | undefined> {
  const reference = rollout.spec.workloadRef;
  if (reference?.kind !== 'Deployment') return undefined;
  return (await api.get(deployments, { namespace, name: reference.name }, { signal }))?.spec?.template as { spec?: never } | undefined;
}

/** One Rollout with everything around it, read once. Throws `ROLLOUT_NOT_FOUND`. */
export async function readRolloutInfo(connection: Connection, name: string, signal: AbortSignal): Promise<RolloutInfo> {
  const { api, namespace } = connection;
  const [rollout, sets, podList, experimentList, runs] = await Promise.all([
    findRollout(connection, name, signal),
    api.list(replicaSets, { namespace }, { signal }),
    api.list(pods, { namespace }, { signal }),
    listOrNothing(connection, experiments, signal),
    listOrNothing(connection, analysisRuns, signal),
  ]);
  return rolloutInfo(rollout, {
    replicaSets: sets.items,
    pods: podList.items,
    experiments: experimentList,
    analysisRuns: runs,
    workloadTemplate: await workloadTemplate(connection, rollout, signal),
  });
}

/** One Experiment with what it runs, read once. Throws `EXPERIMENT_NOT_FOUND`. */
export async function readExperimentInfo(connection: Connection, name: string, signal: AbortSignal): Promise<ExperimentInfo> {
  const { api, namespace } = connection;
  const [experiment, sets, podList, runs] = await Promise.all([
    api.get(experiments, { namespace, name }, { signal }),
    api.list(replicaSets, { namespace }, { signal }),
    api.list(pods, { namespace }, { signal }),
    listOrNothing(connection, analysisRuns, signal),
  ]);
  if (experiment === undefined) throw new LabError('EXPERIMENT_NOT_FOUND', `experiment.argoproj.io "${name}" not found`);
  return experimentInfo(experiment, undefined, { replicaSets: sets.items, pods: podList.items, analysisRuns: runs });
}

const REDRAW_MS = 200;
export const IDLE_REDRAW_MS = 1000;

/**
 * Calls `draw` at once, after changes (at most every 200 ms) and every second, since ages move; until the signal aborts.
 * Throws `ROLLOUT_NOT_FOUND` when the Rollout is absent or goes.
 */
export async function watchRolloutInfo(
  connection: Connection,
  name: string,
  draw: (info: RolloutInfo) => void,
  host: PluginHost,
  signal: AbortSignal,
): Promise<void> {
  const { api, namespace } = connection;
  const first = await findRollout(connection, name, signal);
  const informers = new InformerFactory(api, { clock: host.clock, log: silentLog }, { namespace });
  let isChanged = true;
  const types: ResourceType[] = [rollouts, ...NEEDED];
  for (const type of OPTIONAL) if (await isServed(connection, type, signal)) types.push(type);
  for (const type of types)
    informers.for(type).onChange(() => {
      isChanged = true;
    });
  await Promise.race([informers.start(signal), whenAborted(signal)]);
  const template = await workloadTemplate(connection, first, signal);
  for (let sinceDrawMs = 0; !signal.aborted; sinceDrawMs += REDRAW_MS) {
    if (isChanged || sinceDrawMs >= IDLE_REDRAW_MS) {
      isChanged = false;
      sinceDrawMs = 0;
      const rollout = informers.for(rollouts).get({ namespace, name }) ?? (await findRollout(connection, name, signal));
      draw(
        rolloutInfo(rollout, {
          replicaSets: informers.for(replicaSets).list(namespace),
          pods: informers.for(pods).list(namespace),
          experiments: informers.for(experiments).list(namespace),
          analysisRuns: informers.for(analysisRuns).list(namespace),
          workloadTemplate: template,
        }),
      );
    }
    await host.clock.sleep(REDRAW_MS, signal).catch(() => {});
  }
}

async function isServed({ api, namespace }: Connection, type: ResourceType, signal: AbortSignal): Promise<boolean> {
  try {
    await api.list(type, { namespace }, { signal, limit: 1 });
    return true;
  } catch (error) {
    if (isStatus(error, 'NotFound', 'Forbidden')) return false;
    throw error;
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
