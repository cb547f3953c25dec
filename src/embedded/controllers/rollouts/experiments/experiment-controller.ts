import { controllerOf, keyOf, keyString, parseKey } from '../../../../kube/object.ts';
import { Controller } from '../../controller.ts';
import type { World } from '../world.ts';
import { reconcileExperiment } from './experiment-pass.ts';

/** Runs Experiments: their Pods, their Services, their analyses, and the end of all three. */
export function createExperimentController(world: World): Controller {
  const controller = new Controller(
    {
      name: 'experiments',
      concurrency: 10,
      backoff: { firstMs: 1, lastMs: 10_000 },
      reconcile: (key) => reconcileExperiment(world, parseKey(key)),
    },
    world.deps,
  );
  world.experiments.informer.onChange(({ type, object }) => {
    if (type !== 'deleted') controller.enqueue(keyString(keyOf(object)));
  });
  const wakeOwner = ({ object }: { object: Parameters<typeof controllerOf>[0] }): void => {
    const owner = controllerOf(object);
    if (owner?.kind === 'Experiment') controller.enqueue(keyString({ namespace: object.metadata.namespace, name: owner.name }));
  };
  world.replicaSets.informer.onChange(wakeOwner);
  world.analysisRuns.informer.onChange(wakeOwner);
  return controller;
}
