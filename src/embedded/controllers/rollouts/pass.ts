import { findCondition } from '../../../kube/conditions.ts';
import type { ReplicaSet } from '../../../kube/generated/types.ts';
import { hashOf } from '../../../rollouts/replica-set-view.ts';
import type { Rollout, TrafficWeight } from '../../../rollouts/rollout.ts';
import { isAborted, noPauseDecision, type PauseDecision } from '../../../rollouts/step-machine.ts';
import type { World } from './world.ts';

/** One look at one Rollout: what it saw, and what it decided so far. */
export interface Pass {
  world: World;
  nowMs: number;
  rollout: Rollout;
  newRS: ReplicaSet | undefined;
  /** The ReplicaSet whose hash is `status.stableRS`; may be `newRS`. */
  stableRS: ReplicaSet | undefined;
  otherRSs: ReplicaSet[];
  decision: PauseDecision;
  /** Weights to store; `undefined` keeps what is stored, `null` removes it. */
  weights: { canary: TrafficWeight; stable: TrafficWeight } | null | undefined;
  analysis: PassAnalysis;
  /** The Experiment of the current step, as far as it came. */
  experiment?: { name: string; phase: string | undefined } | undefined;
  /** Delays in milliseconds after which the world has changed by itself. */
  wakeUpsMs: number[];
}

/** The analysis runs that count in this pass. */
export interface PassAnalysis {
  step?: AnalysisReference | undefined;
  background?: AnalysisReference | undefined;
  pre?: AnalysisReference | undefined;
  post?: AnalysisReference | undefined;
}
export interface AnalysisReference {
  name: string;
  status: string;
  message?: string | undefined;
}

export function createPass(world: World, rollout: Rollout, parts: { newRS: ReplicaSet | undefined; owned: readonly ReplicaSet[] }): Pass {
  const stableHash = rollout.status?.stableRS;
  const stableRS = stableHash ? parts.owned.find((rs) => hashOf(rs) === stableHash) : undefined;
  return {
    world,
    nowMs: world.deps.clock.nowMs(),
    rollout,
    newRS: parts.newRS,
    stableRS,
    otherRSs: parts.owned.filter((rs) => rs.metadata.uid !== parts.newRS?.metadata.uid && rs.metadata.uid !== stableRS?.metadata.uid),
    decision: noPauseDecision(),
    weights: undefined,
    analysis: {},
    wakeUpsMs: [],
  };
}

export function allReplicaSets({ newRS, stableRS, otherRSs }: Pass): ReplicaSet[] {
  const main = [newRS, stableRS].filter((rs) => rs !== undefined);
  return [...new Map([...main, ...otherRSs].map((rs) => [rs.metadata.uid, rs])).values()];
}

/** Whether canary and stable are the same ReplicaSet, or there is no stable one yet. */
export function hasSeparateStable({ newRS, stableRS }: Pass): boolean {
  return stableRS !== undefined && stableRS.metadata.uid !== newRS?.metadata.uid;
}

/** Whether this pass treats the Rollout as aborted. */
export function passIsAborted(pass: Pass): boolean {
  return isAborted(pass.rollout, pass.decision);
}

/** Why the stored Rollout was aborted, from its condition. */
export function storedAbortReason(rollout: Rollout): string {
  const progressing = findCondition(rollout.status?.conditions, 'Progressing');
  return progressing?.reason === 'RolloutAborted' ? progressing.message.replace(/^Rollout aborted update to revision \d+(: )?/, '') : '';
}
