import { type FieldError, fieldError } from '../kube/status-error.ts';
import { durationSeconds } from './pause-duration.ts';
import type { CanaryStrategy } from './rollout.ts';
import { CANARY } from './strategy-paths.ts';

/** The first thing that is wrong with one step of a canary. Texts are upstream's. */
export function stepProblem(canary: CanaryStrategy, index: number): FieldError | undefined {
  const step = canary.steps![index]!;
  const path = `${CANARY}.steps[${index}]`;
  const max = canary.trafficRouting?.maxTrafficWeight ?? 100;
  const exclusive = [step.setWeight, step.pause, step.experiment, step.analysis].filter((value) => value !== undefined).length;
  const known =
    exclusive > 0 || [step.setCanaryScale, step.setHeaderRoute, step.setMirrorRoute, step.plugin].some((value) => value !== undefined);
  const stepText = 'Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause';
  // Upstream prints which fields are absent for an empty step, and which are present for one that has too many.
  if (!known)
    return fieldError.invalid(
      path,
      ['Experiment', 'Pause', 'SetWeight', 'Analysis', 'SetCanaryScale', 'SetHeaderRoute', 'SetMirrorRoutes']
        .map((name) => `step.${name}: true`)
        .join(' '),
      stepText,
    );
  if (exclusive > 1) {
    const present = { Experiment: step.experiment, Pause: step.pause, SetWeight: step.setWeight, Analysis: step.analysis };
    return fieldError.invalid(
      path,
      Object.entries(present)
        .map(([name, value]) => `step.${name}: ${value !== undefined}`)
        .join(' '),
      stepText,
    );
  }
  if (step.setWeight !== undefined && (step.setWeight < 0 || step.setWeight > max))
    return fieldError.invalid(`${path}.setWeight`, step.setWeight, `SetWeight needs to be between 0 and ${max}`);
  if (step.pause?.duration !== undefined && durationSeconds(step.pause.duration) < 0)
    return fieldError.invalid(`${path}.pause.duration`, durationSeconds(step.pause.duration), 'Duration needs to be greater than 0');
  if (step.setCanaryScale !== undefined) {
    if (!canary.trafficRouting) return fieldError.required(`${CANARY}.trafficRouting`, 'SetCanaryScale requires TrafficRouting to be set');
    const { replicas, weight, matchTrafficWeight } = step.setCanaryScale;
    const set = [replicas !== undefined, weight !== undefined, matchTrafficWeight === true].filter(Boolean).length;
    if (set !== 1)
      return fieldError.invalid(
        `${path}.setCanaryScale`,
        step.setCanaryScale,
        set === 0
          ? 'SetCanaryScale must have one of the following set: weight, replicas, matchTrafficWeight'
          : 'SetCanaryScale can only use one of the following: weight, replicas, matchTrafficWeight',
      );
  }
  if (step.setHeaderRoute !== undefined)
    return fieldError.invalid(
      `${path}.setHeaderRoute`,
      step.setHeaderRoute,
      'SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix',
    );
  if (step.setMirrorRoute !== undefined)
    return fieldError.invalid(
      `${path}.setMirrorRoute`,
      step.setMirrorRoute,
      'SetMirrorRoute requires TrafficRouting, supports Istio and Plugins',
    );
  const weighted = step.experiment?.templates?.findIndex(({ weight }) => weight !== undefined) ?? -1;
  if (weighted >= 0)
    return fieldError.invalid(
      `${path}.experiment.templates[${weighted}].weight`,
      step.experiment!.templates![weighted]!.weight,
      canary.trafficRouting
        ? 'Experiment template weight is only available for TrafficRouting with SMI, ALB, and Istio at this time'
        : 'Experiment template weight cannot be set unless TrafficRouting is enabled',
    );
  if (step.plugin !== undefined) return fieldError.forbidden(`${path}.plugin`, '"plugin" is not modelled');
  return undefined;
}
