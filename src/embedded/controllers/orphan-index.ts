import type { Informer } from '../../kube/informer.ts';
import { controllerOf, type KubeObject } from '../../kube/object.ts';

const INDEX = 'orphans-of-namespace';

/** Keeps the objects that nobody controls findable by namespace, so that adoption need not look at all objects. */
export function indexOrphans<T extends KubeObject>(informer: Informer<T>): void {
  informer.addIndex(INDEX, (object) => (controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : []));
}

export function orphansIn<T extends KubeObject>(informer: Informer<T>, namespace: string | undefined): T[] {
  return informer.by(INDEX, namespace ?? '');
}
