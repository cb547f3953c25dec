import type { Experiment } from '../../../../rollouts/tree/experiment.ts';
import type { World } from '../world.ts';

/** One look at one Experiment. */
export interface ExperimentLook {
  world: World;
  experiment: Experiment;
  nowMs: number;
  wakeUpsMs: number[];
}
