import type { Ingress, Service } from '../kube/generated/types.ts';
import { selectorMatches } from '../kube/label-selector.ts';
import { type FieldError, fieldError } from '../kube/status-error.ts';
import { ingressUsesService } from './canary-ingress.ts';
import { durationSeconds } from './pause-duration.ts';
import { type BlueGreenStrategy, type CanaryStrategy, MANAGED_BY, POD_TEMPLATE_HASH, type Rollout } from './rollout.ts';
import { scaled } from './strategy-defaults.ts';

const CANARY = 'spec.strategy.canary';
const BLUE_GREEN = 'spec.strategy.blueGreen';

/** Other objects that a Rollout names. */
export interface ReferencedObjects {
  service(name: string): Service | undefined;
  ingress(name: string): Ingress | undefined;
  analysisTemplate?(
    name: string,
    clusterScope: boolean,
  ): { spec?: { metrics?: { name: string; interval?: unknown; count?: unknown }[] | undefined } | undefined } | undefined;
}

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

function stepProblem(canary: CanaryStrategy, index: number): FieldError | undefined {
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

function referenceProblem(rollout: Rollout, references: ReferencedObjects): FieldError | undefined {
  const { blueGreen } = rollout.spec.strategy;
  if (blueGreen) {
    for (const [field, name] of [
      ['activeService', blueGreen.activeService],
      ['previewService', blueGreen.previewService],
    ] as const) {
      const problem = name ? serviceProblem(rollout, `${BLUE_GREEN}.${field}`, name, references) : undefined;
      if (problem !== undefined) return problem;
    }
    return templatesProblem(
      [
        { path: `${BLUE_GREEN}.prePromotionAnalysis.templates`, templates: blueGreen.prePromotionAnalysis?.templates, endless: false },
        { path: `${BLUE_GREEN}.postPromotionAnalysis.templates`, templates: blueGreen.postPromotionAnalysis?.templates, endless: false },
      ],
      references,
    );
  }
  const canary = rollout.spec.strategy.canary!;
  for (const [field, name] of [
    ['canaryService', canary.canaryService],
    ['stableService', canary.stableService],
  ] as const) {
    const problem = name ? serviceProblem(rollout, `${CANARY}.${field}`, name, references) : undefined;
    if (problem !== undefined) return problem;
  }
  return ingressProblem(canary, references) ?? analysisProblem(canary, references);
}

function serviceProblem(rollout: Rollout, path: string, name: string, references: ReferencedObjects): FieldError | undefined {
  const service = references.service(name);
  if (service === undefined) return fieldError.invalid(path, name, `service "${name}" not found`);
  const manager = service.metadata.annotations?.[MANAGED_BY];
  if (manager !== undefined && manager !== rollout.metadata.name)
    return fieldError.invalid(path, name, `Service "${name}" is managed by another Rollout`);
  const labels = rollout.spec.template?.metadata?.labels ?? {};
  const unmatched = Object.entries(service.spec?.selector ?? {}).find(([key, value]) => key !== POD_TEMPLATE_HASH && labels[key] !== value);
  return unmatched === undefined
    ? undefined
    : fieldError.invalid(path, name, `Service "${name}" has unmatch label "${unmatched[0]}" in rollout`);
}

function ingressProblem(canary: CanaryStrategy, references: ReferencedObjects): FieldError | undefined {
  const nginx = canary.trafficRouting?.nginx;
  const names = nginx?.stableIngresses ?? (nginx?.stableIngress ? [nginx.stableIngress] : []);
  for (const name of names) {
    const many = nginx?.stableIngresses !== undefined;
    const ingress = references.ingress(name);
    if (ingress === undefined)
      return fieldError.invalid(
        `${CANARY}.trafficRouting.nginx.${many ? 'StableIngresses' : 'stableIngress'}`,
        many ? names : name,
        `ingress.networking.k8s.io "${name}" not found`,
      );
    if (!ingressUsesService(ingress, canary.stableService!)) {
      return fieldError.invalid(
        `${CANARY}.trafficRouting.nginx.${many ? 'stableIngresses' : 'stableIngress'}`,
        name,
        `ingress \`${name}\` has no rules using service ${canary.stableService} backend`,
      );
    }
  }
  return undefined;
}

function analysisProblem(canary: CanaryStrategy, references: ReferencedObjects): FieldError | undefined {
  return templatesProblem(
    [
      { path: `${CANARY}.analysis.templates`, templates: canary.analysis?.templates, endless: true },
      ...(canary.steps ?? []).flatMap((step, index) => [
        { path: `${CANARY}.steps[${index}].analysis.templates`, templates: step.analysis?.templates, endless: false },
        { path: `${CANARY}.steps[${index}].experiment.analyses`, templates: step.experiment?.analyses, endless: true },
      ]),
    ],
    references,
  );
}

interface TemplateUse {
  path: string;
  templates: readonly { templateName: string; clusterScope?: boolean | undefined }[] | undefined;
  endless: boolean;
}

function templatesProblem(uses: readonly TemplateUse[], { analysisTemplate: find }: ReferencedObjects): FieldError | undefined {
  if (find === undefined) return undefined;
  for (const { path, templates, endless } of uses) {
    for (const { templateName, clusterScope = false } of templates ?? []) {
      const template = find(templateName, clusterScope);
      const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
      if (template === undefined) return fieldError.invalid(path, templateName, `${kind} '${templateName}' not found`);
      const metric = template.spec?.metrics?.find(({ interval, count }) => interval !== undefined && (count === undefined || count === 0));
      if (metric !== undefined && !endless)
        return fieldError.invalid(
          path,
          templateName,
          `${kind} ${templateName} has metric ${metric.name} which runs indefinitely. Invalid value for count: ${String(metric.count ?? '<nil>')}`,
        );
    }
  }
  return undefined;
}
