import type { Ingress, Service } from '../kube/generated/types.ts';
import type { AnyObject } from '../kube/object.ts';
import type { FieldError } from '../kube/status-error.ts';
import { unknownFields } from '../rollouts/crd/unknown-fields.ts';
import type { Rollout } from '../rollouts/rollout.ts';
import { firstProblem } from '../rollouts/validation.ts';

class ElsewhereError extends Error {}

/**
 * What is wrong with the manifests, without a cluster: fields that no schema has, then the controller's own rules.
 * Services and Ingresses that a Rollout names are checked when the files hold some of both; else they are taken to be elsewhere.
 */
export function lintManifests(objects: readonly AnyObject[]): string | undefined {
  for (const object of objects) {
    if (object.apiVersion?.startsWith('argoproj.io/') !== true) continue;
    const [unknown] = unknownFields(object);
    if (unknown !== undefined) return `error unmarshaling JSON: while decoding JSON: json: unknown field "${unknown}"`;
    const { workloadRef, template } = object.kind === 'Rollout' ? ((object as unknown as Rollout).spec ?? {}) : {};
    if (workloadRef !== undefined && template?.spec !== undefined)
      return 'spec.template: Internal error: template must be empty for workload reference rollout';
    const problem = object.kind === 'Rollout' ? rolloutProblem(object as unknown as Rollout, objects) : undefined;
    if (problem !== undefined) return `${problem.field}: ${problem.message}`;
  }
  return undefined;
}

function rolloutProblem(rollout: Rollout, objects: readonly AnyObject[]): FieldError | undefined {
  const isComplete = ['Service', 'Ingress'].every((kind) => objects.some((object) => object.kind === kind));
  const named = (kind: string, name: string): AnyObject | undefined => {
    // The spec's own rules come first: whoever asks for another object has found nothing wrong so far.
    if (!isComplete) throw new ElsewhereError();
    return objects.find((object) => object.kind === kind && object.metadata?.name === name);
  };
  try {
    return firstProblem(rollout, {
      service: (name) => named('Service', name) as Service | undefined,
      ingress: (name) => named('Ingress', name) as Ingress | undefined,
    });
  } catch (error) {
    if (error instanceof ElsewhereError) return undefined;
    throw error;
  }
}
