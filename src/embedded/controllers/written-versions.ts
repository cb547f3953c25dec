import type { KubeObject } from '../../kube/object.ts';

/**
 * Remembers the version of each object that a controller wrote itself, so that a pass over an older copy can be skipped: the
 * watch will bring the newer one and wake the controller again. Compares numbers, which the embedded server's versions are.
 */
export class WrittenVersions {
  readonly #versions = new Map<string, number>();

  wrote(object: KubeObject): void {
    this.#versions.set(object.metadata.uid, Number(object.metadata.resourceVersion));
  }

  isStale(object: KubeObject): boolean {
    return Number(object.metadata.resourceVersion) < (this.#versions.get(object.metadata.uid) ?? 0);
  }

  forget(uid: string): void {
    this.#versions.delete(uid);
  }
}
