import { expect, it } from 'vitest';
import { fieldTypes, rowType } from '../schema/field-types.ts';
import { atomicFields, atomicStructs, listMapKeys, listSets } from './list-types.ts';

it.each([...Object.keys(listMapKeys), ...listSets])('names a list of the field table: %s', (path) => {
  const [row, field] = path.split('.') as [string, string];
  expect(rowType(row).fields.get(field)?.type.kind).toBe('list');
});

it.each(Object.entries(listMapKeys))('keys the items of %s by fields they have', (path, keys) => {
  const [row, field] = path.split('.') as [string, string];
  const { type } = rowType(row).fields.get(field)!;
  const item = type.kind === 'list' && type.of.kind === 'row' ? type.of.row : undefined;
  for (const key of keys) expect(item?.fields.has(key), key).toBe(true);
});

it('names structs and maps of the field table as atomic', () => {
  for (const name of atomicStructs) expect(fieldTypes.has(name), name).toBe(true);
  for (const path of atomicFields) expect(rowType(path.split('.')[0]!).fields.has(path.split('.')[1]!), path).toBe(true);
});
