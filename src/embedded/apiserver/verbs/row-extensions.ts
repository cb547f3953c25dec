import { builtInTypeInfo, type TypeInfo } from '../apply/type-info.ts';
import type { Resource } from '../registry/resource.ts';

export function isCustom(resource: Resource): boolean {
  return resource.custom === true;
}

export function typeInfoOf(resource: Resource): TypeInfo {
  return resource.typeInfo ?? builtInTypeInfo(resource.schemaName!);
}
