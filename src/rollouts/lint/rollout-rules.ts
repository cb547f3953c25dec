import type { Ingress } from '../../kube/generated/types.ts';
import { durationSeconds } from '../pause-duration.ts';
import type { CanaryStep, Rollout } from '../rollout.ts';
import { canaryOf, hasTrafficRouting, maxWeightOf, stableIngressesOf } from '../strategy-defaults.ts';
import { CANARY } from '../strategy-paths.ts';
import type { Finding } from './finding.ts';
import type { LintOptions } from './lint-options.ts';

/** What will surprise in one Rollout. `ingresses` are those of the same files. */
export function lintRollout(rollout: Rollout, object: string, ingresses: readonly Ingress[], options: LintOptions): Finding[] {
  const canary = canaryOf(rollout);
  const found: Finding[] = [];
  const add = (rule: string, severity: Finding['severity'], path: string, message: string, next: string): void => {
    found.push({ rule, severity, object, path, message, next });
  };
  if (canary.canaryService !== undefined && canary.canaryService === canary.stableService) {
    add(
      'equal-services',
      'error',
      `${CANARY}.canaryService`,
      `canary and stable Service are both "${canary.stableService}", so no traffic can be told apart`,
      'Make a second Service with the same selector and name it here.',
    );
  }
  const blueGreen = rollout.spec.strategy?.blueGreen;
  if (blueGreen?.previewService !== undefined && blueGreen.previewService === blueGreen.activeService) {
    add(
      'equal-services',
      'error',
      'spec.strategy.blueGreen.previewService',
      `active and preview Service are both "${blueGreen.activeService}"`,
      'Make a second Service with the same selector and name it here.',
    );
  }
  const isNginx = canary.trafficRouting?.nginx !== undefined;
  for (const [index, step] of (canary.steps ?? []).entries()) {
    const path = `${CANARY}.steps[${index}]`;
    if (isNginx)
      for (const key of ['setHeaderRoute', 'setMirrorRoute'] as const) {
        if (step[key] !== undefined)
          add(
            'route-with-nginx',
            'error',
            `${path}.${key}`,
            `nginx has no ${key}: the controller refuses the whole Rollout`,
            'Leave the step out; header rules go into trafficRouting.nginx.additionalIngressAnnotations (canary-by-header).',
          );
      }
    if (step.setWeight !== undefined && (step.setWeight < 0 || step.setWeight > maxWeightOf(rollout)))
      add(
        'weight-range',
        'error',
        `${path}.setWeight`,
        `weight ${step.setWeight} is not between 0 and ${maxWeightOf(rollout)}`,
        'Lower it, or raise trafficRouting.maxTrafficWeight.',
      );
    if (isEndlessPause(step) && options.hasPromotePlan !== true)
      add(
        'endless-pause',
        'warning',
        `${path}.pause`,
        'this pause has no duration: the update waits until somebody promotes it',
        'Give it a duration, or say who promotes (--promote-plan).',
      );
    if (step.pause?.duration !== undefined && durationSeconds(step.pause.duration) < 0)
      add(
        'pause-duration',
        'error',
        `${path}.pause.duration`,
        `"${step.pause.duration}" is not a duration (units are h, m and s)`,
        'Days are written in hours: 24h.',
      );
  }
  if (hasTrafficRouting(rollout) && isNginx) {
    for (const name of stableIngressesOf(rollout)) {
      const ingress = ingresses.find(({ metadata }) => metadata.name === name);
      if (
        ingress === undefined ||
        (ingress.spec?.rules ?? []).some((rule) => rule.http?.paths.some((item) => item.backend.service?.name === canary.stableService))
      )
        continue;
      add(
        'ingress-backend',
        'error',
        `${CANARY}.trafficRouting.nginx.stableIngress`,
        `Ingress "${name}" sends nothing to stableService "${canary.stableService}"`,
        'Name the stable Service as a backend of the Ingress.',
      );
    }
  }
  if ((options.helm ?? 0) >= 4)
    add(
      'helm-wait',
      'warning',
      'kind',
      'helm 4 with --wait never returns for a chart that holds a Rollout',
      'Install without --wait and follow with "kubectl argo rollouts status".',
    );
  return found;
}

function isEndlessPause(step: CanaryStep): boolean {
  return step.pause !== undefined && step.pause?.duration === undefined;
}
