import { schema } from '../../kube/generated/schema.ts';

/**
 * Where times stand in the objects of a kind: `time` here, or in the fields, the items or the values below. `undefined` for what
 * holds none.
 */
export type TimeFields = 'time' | { readonly fields?: ReadonlyMap<string, TimeFields>; readonly each?: TimeFields } | undefined;

/** What is read of a CRD's schema. */
export interface TimedSchema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, TimedSchema>>;
  readonly items?: TimedSchema;
  readonly additionalProperties?: TimedSchema | boolean;
}

/**
 * The times of a built-in kind, by its row of the field table. Only an object's own metadata counts: that of a template is part of
 * what its copies are hashed by.
 */
export function builtInTimeFields(row: string): TimeFields {
  return ofWord(row, new Set(), true);
}

function ofWord(word: string, above: ReadonlySet<string>, isRoot: boolean): TimeFields {
  if (word === 'time' || word === 'micro-time') return 'time';
  const inner = word.startsWith('[]') ? word.slice(2) : word.startsWith('map[') ? word.slice(4, -1) : undefined;
  if (inner !== undefined) {
    const each = ofWord(inner.replace(/!$/, ''), above, false);
    return each === undefined ? undefined : { each };
  }
  const row = schema[word];
  // No row that contains itself holds a time.
  if (row === undefined || above.has(word)) return undefined;
  const below = new Set([...above, word]);
  const fields = new Map<string, TimeFields>();
  for (const [field, fieldWord] of Object.entries(row)) {
    if (field === 'metadata' && !isRoot) continue;
    const found = ofWord(fieldWord.replace(/!$/, ''), below, false);
    if (found !== undefined) fields.set(field, found);
  }
  return fields.size === 0 ? undefined : { fields };
}

/** The times of a custom kind: its own metadata, and every `format: date-time` of its schema that is not in the metadata of a template. */
export function customTimeFields(schemaOfKind: TimedSchema | undefined): TimeFields {
  const own = schemaOfKind === undefined ? undefined : ofSchema(schemaOfKind);
  const fields = new Map(typeof own === 'object' ? own.fields : undefined);
  fields.set('metadata', builtInTimeFields('ObjectMeta'));
  return { fields };
}

function ofSchema(node: TimedSchema): TimeFields {
  if (node.type === 'string') return node.format === 'date-time' ? 'time' : undefined;
  const inner = node.items ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined);
  const each = inner === undefined ? undefined : ofSchema(inner);
  const fields = new Map<string, TimeFields>();
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const found = name === 'metadata' ? undefined : ofSchema(child);
    if (found !== undefined) fields.set(name, found);
  }
  if (each === undefined && fields.size === 0) return undefined;
  return { ...(fields.size === 0 ? {} : { fields }), ...(each === undefined ? {} : { each }) };
}
