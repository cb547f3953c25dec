import type { CustomResourceDefinition } from '../../kube/generated/types.ts';
import type { AnyObject } from '../../kube/object.ts';
import { customResourceDefinitions } from '../../kube/resource-type.ts';
import { storagePrefix } from '../apiserver/storage-key.ts';
import type { Entry } from '../store/store.ts';
import { builtInTimeFields, customTimeFields, type TimedSchema, type TimeFields } from './time-fields.ts';

const DEFINITIONS = storagePrefix(customResourceDefinitions);

/** Knows where times stand in the objects of a kept state: built-in kinds by the field table, others by the CRDs of that state. */
export class KeptTimes {
  readonly #rowOf: (apiVersion: string, kind: string) => string | undefined;
  readonly #definitions: readonly CustomResourceDefinition[];
  readonly #known = new Map<string, TimeFields>();

  /** `rowOf` names the row of the field table of a built-in kind. */
  constructor(kept: ReadonlyMap<string, Entry>, rowOf: (apiVersion: string, kind: string) => string | undefined) {
    this.#rowOf = rowOf;
    this.#definitions = [...kept.values()]
      .filter(({ key }) => key.startsWith(DEFINITIONS))
      .map(({ value }) => value.object as CustomResourceDefinition);
  }

  of({ apiVersion = '', kind = '' }: AnyObject): TimeFields {
    const id = `${apiVersion}/${kind}`;
    if (!this.#known.has(id)) this.#known.set(id, this.#find(apiVersion, kind));
    return this.#known.get(id);
  }

  #find(apiVersion: string, kind: string): TimeFields {
    const row = this.#rowOf(apiVersion, kind);
    if (row !== undefined) return builtInTimeFields(row);
    const [group, version] = apiVersion.split('/');
    const versions = this.#definitions.find(({ spec }) => spec.group === group && spec.names.kind === kind)?.spec.versions ?? [];
    const found = versions.find(({ name }) => name === version) ?? versions.find(({ storage }) => storage);
    return customTimeFields(found?.schema?.openAPIV3Schema as TimedSchema | undefined);
  }
}
