import type { CanaryStep } from './rollout.ts';

/** A step as event messages name it: `setWeight: 20`, `pause: 10s`, `setCanaryScale{weight: 25}`. */
export function stepText(step: CanaryStep): string {
  if (step.setWeight !== undefined) return `setWeight: ${step.setWeight}`;
  if (step.pause !== undefined) return step.pause?.duration === undefined ? 'pause' : `pause: ${step.pause.duration}`;
  if (step.experiment !== undefined) return 'experiment';
  if (step.analysis !== undefined) return 'analysis';
  if (step.setCanaryScale !== undefined) {
    const { weight, replicas } = step.setCanaryScale;
    if (weight !== undefined) return `setCanaryScale{weight: ${weight}}`;
    if (replicas !== undefined) return `setCanaryScale{replicas: ${replicas}}`;
    return 'setCanaryScale{matchTrafficWeight: true}';
  }
  if (step.setHeaderRoute !== undefined) return `setHeaderRoute: ${step.setHeaderRoute.name}`;
  if (step.setMirrorRoute !== undefined) return `setMirrorRoute: ${step.setMirrorRoute.name}`;
  return step.plugin === undefined ? 'invalid' : `plugin: ${step.plugin.name}`;
}
