import { type FieldType, type RowType, rowType } from '../schema/field-types.ts';
import { atomicFields, atomicStructs, granularFields, listMapKeys, listSets } from './list-types.ts';

/**
 * How server-side apply sees a type. `leaf` is a scalar or something atomic; `deduced` is a value without a schema (maps
 * granular, lists atomic). `hasStatus: false` on a root says that main writes own `status` too.
 */
export type TypeInfo =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'deduced' }
  | { readonly kind: 'struct'; fields(): ReadonlyMap<string, TypeInfo>; readonly open?: boolean; readonly hasStatus?: boolean }
  | { readonly kind: 'map'; readonly of: TypeInfo }
  | { readonly kind: 'set' }
  | {
      readonly kind: 'list-map';
      readonly keys: readonly string[];
      readonly defaults: Readonly<Record<string, unknown>>;
      readonly of: TypeInfo;
    };

const LEAF: TypeInfo = { kind: 'leaf' };
const SET: TypeInfo = { kind: 'set' };
const DEDUCED: TypeInfo = { kind: 'deduced' };

/** Struct tables are built on first use and kept with the TypeInfo: a registry row holds one for the life of the cluster. */
export function builtInTypeInfo(schemaName: string): TypeInfo {
  const known = new Map<RowType, TypeInfo>();
  const ofRow = (row: RowType): TypeInfo => {
    const before = known.get(row);
    if (before !== undefined) return before;
    let fields: Map<string, TypeInfo> | undefined;
    const info: TypeInfo = {
      kind: 'struct',
      fields: () => (fields ??= new Map([...row.fields.values()].map((field) => [field.name, ofField(row, field.name, field.type)]))),
    };
    known.set(row, info);
    return info;
  };
  const ofType = (type: FieldType): TypeInfo => {
    switch (type.kind) {
      case 'scalar':
        return LEAF;
      case 'row':
        return atomicStructs.has(type.row.name) ? LEAF : ofRow(type.row);
      case 'map':
        return { kind: 'map', of: ofType(type.of) };
      case 'list':
        return LEAF;
    }
  };
  const ofField = (row: RowType, name: string, type: FieldType): TypeInfo => {
    const path = `${row.name}.${name}`;
    if (atomicFields.has(path)) return LEAF;
    if (type.kind === 'row' && granularFields.has(path)) return ofRow(type.row);
    if (type.kind !== 'list') return ofType(type);
    if (listSets.has(path)) return SET;
    const keys = listMapKeys[path];
    return keys === undefined
      ? LEAF
      : { kind: 'list-map', keys, defaults: keys.includes('protocol') ? { protocol: 'TCP' } : {}, of: ofType(type.of) };
  };
  return ofRow(rowType(schemaName));
}

/** The part of a structural schema that decides ownership. */
export interface OwnershipSchema {
  readonly type?: string | undefined;
  readonly properties?: Readonly<Record<string, OwnershipSchema>> | undefined;
  readonly additionalProperties?: unknown;
  readonly items?: unknown;
  readonly default?: unknown;
  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
  readonly 'x-kubernetes-map-type'?: string | undefined;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean | undefined;
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined;
}

/** The TypeInfo of a custom resource; its `metadata` is the one of every object. */
export function crdTypeInfo(structuralSchema: OwnershipSchema, hasStatus = true): TypeInfo {
  const metadata = builtInTypeInfo('ConfigMap');
  const objectMeta = metadata.kind === 'struct' ? metadata.fields().get('metadata')! : DEDUCED;
  const of = (schema: OwnershipSchema): TypeInfo => {
    const open = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-embedded-resource'] === true;
    if (schema.type === 'array') {
      const items = (typeof schema.items === 'object' && schema.items !== null ? schema.items : {}) as OwnershipSchema;
      if (schema['x-kubernetes-list-type'] === 'set') return SET;
      if (schema['x-kubernetes-list-type'] !== 'map') return LEAF;
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      const defaults = Object.fromEntries(
        keys.filter((key) => items.properties?.[key]?.default !== undefined).map((key) => [key, items.properties?.[key]?.default]),
      );
      return { kind: 'list-map', keys, defaults, of: of(items) };
    }
    if (schema['x-kubernetes-map-type'] === 'atomic') return LEAF;
    if (typeof schema.additionalProperties === 'object' && schema.additionalProperties !== null) {
      return { kind: 'map', of: of(schema.additionalProperties as OwnershipSchema) };
    }
    if (schema.properties !== undefined) {
      const { properties } = schema;
      let fields: Map<string, TypeInfo> | undefined;
      return {
        kind: 'struct',
        open,
        fields: () => (fields ??= new Map(Object.entries(properties).map(([name, child]) => [name, of(child)]))),
      };
    }
    return open || schema.type === 'object' ? DEDUCED : LEAF;
  };
  const root = of(structuralSchema);
  let fields: Map<string, TypeInfo> | undefined;
  return {
    kind: 'struct',
    open: true,
    hasStatus,
    fields: () =>
      (fields ??= new Map([
        ...(root.kind === 'struct' ? root.fields() : []),
        ['metadata', objectMeta],
        ['apiVersion', LEAF],
        ['kind', LEAF],
      ])),
  };
}

/** The type below `field` of a value whose own type is `type`. */
export function fieldInfo(type: TypeInfo, field: string): TypeInfo {
  switch (type.kind) {
    case 'struct':
      return type.fields().get(field) ?? DEDUCED;
    case 'map':
      return type.of;
    default:
      return DEDUCED;
  }
}

/** Whether `status` is left to its subresource. */
export function keepsStatusApart(types: TypeInfo, hasStatus: boolean | undefined): boolean {
  return hasStatus ?? (types.kind === 'struct' ? types.hasStatus : undefined) ?? true;
}
