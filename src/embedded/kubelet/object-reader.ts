import type { ConfigMap, Pod, Secret } from '../../kube/generated/types.ts';
import type { InformerFactory } from '../../kube/informer.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { configMaps, secrets } from '../../kube/resource-type.ts';

/** The ConfigMaps and Secrets that a Pod refers to. Reads are live from the informers. */
export class ObjectReader {
  readonly #api: KubeApi;
  readonly #informers: InformerFactory;
  /** Made at need: informers nearly always have what a Pod refers to. */
  #fetched: Map<string, ConfigMap | Secret> | undefined;
  readonly #namespace: string;

  constructor(api: KubeApi, informers: InformerFactory, namespace: string) {
    this.#api = api;
    this.#informers = informers;
    this.#namespace = namespace;
  }

  configMap(name: string): ConfigMap | undefined {
    return (
      this.#informers.for(configMaps).get({ namespace: this.#namespace, name }) ??
      (this.#fetched?.get(`configmap/${name}`) as ConfigMap | undefined)
    );
  }

  secret(name: string): Secret | undefined {
    return (
      this.#informers.for(secrets).get({ namespace: this.#namespace, name }) ?? (this.#fetched?.get(`secret/${name}`) as Secret | undefined)
    );
  }

  /** Asks the API server for what the informers have not seen yet: they may lag behind the Pod's own arrival. */
  async refresh(pod: Pod): Promise<void> {
    const { configMapNames, secretNames } = referencedObjects(pod);
    this.#fetched = undefined;
    await Promise.all([
      ...[...configMapNames]
        .filter((name) => this.configMap(name) === undefined)
        .map(async (name) => this.#keep(`configmap/${name}`, await this.#api.get(configMaps, { namespace: this.#namespace, name }))),
      ...[...secretNames]
        .filter((name) => this.secret(name) === undefined)
        .map(async (name) => this.#keep(`secret/${name}`, await this.#api.get(secrets, { namespace: this.#namespace, name }))),
    ]);
  }

  /** Whether a change of this object concerns the Pod. */
  static refersTo(pod: Pod, kind: 'configmap' | 'secret', name: string): boolean {
    const { configMapNames, secretNames } = referencedObjects(pod);
    return (kind === 'configmap' ? configMapNames : secretNames).has(name);
  }

  #keep(key: string, object: ConfigMap | Secret | undefined): void {
    if (object === undefined) return;
    this.#fetched ??= new Map();
    this.#fetched.set(key, object);
  }
}

function referencedObjects(pod: Pod): { configMapNames: Set<string>; secretNames: Set<string> } {
  const configMapNames = new Set<string>();
  const secretNames = new Set<string>();
  const add = (names: Set<string>, name: string | undefined): void => {
    if (name) names.add(name);
  };
  for (const { configMap, secret, projected } of pod.spec.volumes ?? []) {
    add(configMapNames, configMap?.name);
    add(secretNames, secret?.secretName);
    for (const source of projected?.sources ?? []) {
      add(configMapNames, source.configMap?.name);
      add(secretNames, source.secret?.name);
    }
  }
  for (const { env, envFrom } of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    for (const { valueFrom } of env ?? []) {
      add(configMapNames, valueFrom?.configMapKeyRef?.name);
      add(secretNames, valueFrom?.secretKeyRef?.name);
    }
    for (const { configMapRef, secretRef } of envFrom ?? []) {
      add(configMapNames, configMapRef?.name);
      add(secretNames, secretRef?.name);
    }
  }
  return { configMapNames, secretNames };
}
