import type { KubeObject } from '../../../kube/object.ts';
import type { Resource } from '../registry/resource.ts';
import { type Decoded, decodeObject } from './decode.ts';

/** Decodes a body for a row: by the row's own decoder (custom resources), else by the field table. */
export function decodeFor<T extends KubeObject>(resource: Resource<T>, value: unknown): Decoded {
  return resource.decode?.(value) ?? decodeObject(resource.schemaName ?? resource.type.kind, value);
}
