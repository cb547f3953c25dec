import { selectorMatches } from '../kube/label-selector.ts';
import { type FieldError, fieldError } from '../kube/status-error.ts';
import { type ReferencedObjects, referenceProblem } from './reference-validation.ts';
import type { BlueGreenStrategy, CanaryStrategy, Rollout } from './rollout.ts';
import { stepProblem } from './step-validation.ts';
import { scaled } from './strategy-defaults.ts';
import { BLUE_GREEN, CANARY } from './strategy-paths.ts';

/** The first thing that is wrong with a Rollout, by itself or with the objects it names. Texts are upstream's. */
export function firstProblem(rollout: Rollout, references: ReferencedObjects): FieldError | undefined {
  return specProblem(rollout) ?? referenceProblem(rollout, references);
}

/** What the InvalidSpec condition says. */
export function invalidSpecMessage(rollout: Rollout, problem: FieldError): string {
  return `The Rollout "${rollout.metadata.name}" is invalid: ${problem.field}: ${problem.message}`;
}

function specProblem(rollout: Rollout): FieldError | undefined {
  const { spec } = rollout;
  // What a workloadRef names is filled in by the controller; a file alone cannot tell.
  const isElsewhere = spec.workloadRef !== undefined && spec.template === undefined;
  if (
    !(isElsewhere && spec.selector === undefined) &&
    (spec.selector === undefined ||
      Object.keys(spec.selector.matchLabels ?? {}).length + (spec.selector.matchExpressions ?? []).length === 0)
  ) {
    return spec.selector === undefined
      ? fieldError.required('spec.selector', "Rollout has missing field '.spec.selector'")
      : fieldError.invalid('spec.selector', spec.selector, 'empty selector is invalid for deployment');
  }
  if (
    spec.workloadRef !== undefined &&
    spec.workloadRef.scaleDown !== undefined &&
    !['never', 'onsuccess', 'progressively'].includes(spec.workloadRef.scaleDown)
  ) {
    return fieldError.invalid('spec.workloadRef.scaleDown', spec.workloadRef.scaleDown, 'must be one of never, onsuccess, progressively');
  }
  if (!isElsewhere && spec.template === undefined)
    return fieldError.required('spec.template', "Rollout has missing field '.spec.template'");
  if (!isElsewhere && !selectorMatches(spec.selector, spec.template?.metadata?.labels))
    return fieldError.invalid(
      'spec.template.metadata.labels',
      spec.template?.metadata?.labels ?? {},
      '`selector` does not match template `labels`',
    );
  if (spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
    return fieldError.invalid('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds, 'must be greater than minReadySeconds');
  }
  const { canary, blueGreen } = spec.strategy ?? {};
  if (canary && blueGreen)
    return fieldError.invalid('spec.strategy.strategy', 'blueGreen: true canary: true', 'Multiple Strategies can not be listed');
  if (blueGreen) return blueGreenProblem(rollout, blueGreen);
  if (!canary)
    return fieldError.required('spec.strategy.strategy', "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'");
  return canaryProblem(canary);
}

function blueGreenProblem({ spec }: Rollout, blueGreen: BlueGreenStrategy): FieldError | undefined {
  if (blueGreen.antiAffinity !== undefined) return fieldError.forbidden(`${BLUE_GREEN}.antiAffinity`, '"antiAffinity" is not modelled');
  if (!blueGreen.activeService)
    return fieldError.required(`${BLUE_GREEN}.activeService`, "Rollout has missing field '.spec.strategy.blueGreen.activeService'");
  if (blueGreen.activeService === blueGreen.previewService) {
    return fieldError.invalid(
      `${BLUE_GREEN}.activeService`,
      blueGreen.activeService,
      'This rollout uses the same service for the active and preview services, but two different services are required.',
    );
  }
  if (blueGreen.scaleDownDelayRevisionLimit !== undefined && (spec.revisionHistoryLimit ?? 10) < blueGreen.scaleDownDelayRevisionLimit) {
    return fieldError.invalid(
      `${BLUE_GREEN}.scaleDownDelayRevisionLimit`,
      blueGreen.scaleDownDelayRevisionLimit,
      "This rollout's revision history limit can not be smaller than the rollout's scale down limit",
    );
  }
  return undefined;
}

function canaryProblem(canary: CanaryStrategy): FieldError | undefined {
  const routing = canary.trafficRouting;
  if (canary.pingPong !== undefined) return fieldError.forbidden(`${CANARY}.pingPong`, '"pingPong" is not modelled');
  if (canary.antiAffinity !== undefined) return fieldError.forbidden(`${CANARY}.antiAffinity`, '"antiAffinity" is not modelled');
  if (canary.canaryService && canary.canaryService === canary.stableService) {
    return fieldError.invalid(
      `${CANARY}.stableService`,
      canary.stableService,
      'This rollout uses the same service for the stable and canary services, but two different services are required.',
    );
  }
  if (routing) {
    const other = Object.keys(routing).find((key) => !['nginx', 'maxTrafficWeight', 'managedRoutes'].includes(key));
    if (other !== undefined) return fieldError.forbidden(`${CANARY}.trafficRouting.${other}`, `"${other}" is not modelled`);
    const missing = !canary.stableService ? 'stableService' : !canary.canaryService ? 'canaryService' : undefined;
    if (missing !== undefined)
      return fieldError.invalid(`${CANARY}.${missing}`, '', 'Canary service and Stable service must to be set to use Traffic Routing');
    const nginx = routing.nginx;
    if (nginx?.stableIngress && nginx.stableIngresses?.length)
      return internal('Either StableIngress or StableIngresses must be configured. Both are configured.');
    if (nginx && !nginx.stableIngress && !nginx.stableIngresses?.length)
      return internal('Either StableIngress or StableIngresses must be configured. Neither are configured.');
    if (canary.dynamicStableScale && canary.scaleDownDelaySeconds !== undefined) {
      return fieldError.invalid(
        `${CANARY}.dynamicStableScale`,
        true,
        'Canary dynamicStableScale cannot be used with scaleDownDelaySeconds',
      );
    }
  } else {
    if (canary.scaleDownDelaySeconds !== undefined)
      return fieldError.invalid(
        `${CANARY}.scaleDownDelaySeconds`,
        canary.scaleDownDelaySeconds,
        'Canary scaleDownDelaySeconds can only be used with traffic routing',
      );
    if (canary.dynamicStableScale)
      return fieldError.invalid(`${CANARY}.dynamicStableScale`, true, 'Canary dynamicStableScale can only be used with traffic routing');
  }
  if (
    canary.maxSurge !== undefined &&
    canary.maxUnavailable !== undefined &&
    scaled(canary.maxSurge, 100, 'up') === 0 &&
    scaled(canary.maxUnavailable, 100, 'up') === 0
  ) {
    return fieldError.invalid(`${CANARY}.maxSurge`, canary.maxSurge, 'MaxSurge and MaxUnavailable both can not be zero');
  }
  return (canary.steps ?? []).map((_, index) => stepProblem(canary, index)).find((problem) => problem !== undefined);
}

/** An error of a nested check, without a path of its own. */
function internal(text: string): FieldError {
  return { field: `${CANARY}.trafficRouting.nginx`, reason: 'FieldValueInvalid', message: `Internal error: ${text}` };
}
