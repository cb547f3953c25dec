import type { Ingress, Service } from '../kube/generated/types.ts';
import { type FieldError, fieldError } from '../kube/status-error.ts';
import { ingressUsesService } from './canary-ingress.ts';
import { type CanaryStrategy, MANAGED_BY, POD_TEMPLATE_HASH, type Rollout } from './rollout.ts';
import { BLUE_GREEN, CANARY } from './strategy-paths.ts';

/** Other objects that a Rollout names. */
export interface ReferencedObjects {
  service(name: string): Service | undefined;
  ingress(name: string): Ingress | undefined;
  analysisTemplate?(
    name: string,
    clusterScope: boolean,
  ): { spec?: { metrics?: { name: string; interval?: unknown; count?: unknown }[] | undefined } | undefined } | undefined;
}

/** The first object that a Rollout names and that does not fit it, or does not exist. Texts are upstream's. */
export function referenceProblem(rollout: Rollout, references: ReferencedObjects): FieldError | undefined {
  const { blueGreen, canary = {} } = rollout.spec.strategy;
  if (blueGreen) {
    const services = { activeService: blueGreen.activeService, previewService: blueGreen.previewService };
    return (
      servicesProblem(rollout, BLUE_GREEN, services, references) ??
      templatesProblem(
        [
          { path: `${BLUE_GREEN}.prePromotionAnalysis.templates`, templates: blueGreen.prePromotionAnalysis?.templates, endless: false },
          { path: `${BLUE_GREEN}.postPromotionAnalysis.templates`, templates: blueGreen.postPromotionAnalysis?.templates, endless: false },
        ],
        references,
      )
    );
  }
  const services = { canaryService: canary.canaryService, stableService: canary.stableService };
  return (
    servicesProblem(rollout, CANARY, services, references) ?? ingressProblem(canary, references) ?? analysisProblem(canary, references)
  );
}

/** The first of the strategy's Services, by field, that does not fit. */
function servicesProblem(
  rollout: Rollout,
  strategy: string,
  services: Readonly<Record<string, string | undefined>>,
  references: ReferencedObjects,
): FieldError | undefined {
  for (const [field, name] of Object.entries(services)) {
    const problem = name ? serviceProblem(rollout, `${strategy}.${field}`, name, references) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
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
