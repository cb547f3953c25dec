import type { Ingress } from '../../kube/generated/types.ts';
import type { AnyObject } from '../../kube/object.ts';
import type { AnalysisTemplate } from '../analysis/analysis-run.ts';
import type { Rollout } from '../rollout.ts';
import { lintAnalysis } from './analysis-rules.ts';
import { type Finding, nameOf } from './finding.ts';
import { lintIngressClass } from './ingress-rules.ts';
import type { LintOptions } from './lint-options.ts';
import { lintRollout } from './rollout-rules.ts';

/** Everything that will surprise in a set of objects, in their order. Nothing is asked of a cluster. */
export function lintObjects(objects: readonly AnyObject[], options: LintOptions = {}): Finding[] {
  const ingresses = objects.filter(({ kind }) => kind === 'Ingress') as unknown as Ingress[];
  const findings = objects.flatMap((object): Finding[] => {
    if (object.kind === 'Rollout') return lintRollout(object as unknown as Rollout, nameOf(object), ingresses, options);
    if (object.kind === 'AnalysisTemplate' || object.kind === 'ClusterAnalysisTemplate')
      return lintAnalysis(object as unknown as AnalysisTemplate, nameOf(object));
    if (object.kind === 'Ingress') return lintIngressClass(object as unknown as Ingress, nameOf(object), options.ingressClasses);
    return [];
  });
  return findings;
}
