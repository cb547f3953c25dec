import { columnCases } from './cases/columns.ts';
import { customCases } from './cases/custom.ts';
import { helmCases } from './cases/helm.ts';
import { lateCases } from './cases/late.ts';
import { readCases } from './cases/read.ts';
import { requestCases } from './cases/requests.ts';
import { streamCases } from './cases/streams.ts';
import { writeCases } from './cases/write.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { columns } from './rows/columns.ts';
import { messages } from './rows/messages.ts';
import { requestMap } from './rows/request-map.ts';
import type { RowList } from './rows/row-list.ts';

/** Every case of the suite. */
export const allCases: readonly ConformanceCase[] = [
  ...readCases,
  ...columnCases,
  ...writeCases,
  ...customCases,
  ...streamCases,
  ...helmCases,
  ...requestCases,
  ...lateCases,
];

/** Every row that must have a case, by the list it is in. */
export const allRows: Readonly<Record<string, RowList>> = {
  'Request map': requestMap,
  Messages: messages,
  Columns: Object.fromEntries(columns.map(({ resource, wide, narrow }) => [`columns/${resource}`, wide ?? narrow])),
};

/** What is wrong with the lists: rows without a case, cases of unknown rows, cases of one name. */
export function gaps(cases = allCases, rows = allRows): string[] {
  const known = new Set(Object.values(rows).flatMap(Object.keys));
  const covered = new Set(cases.flatMap((one) => one.covers));
  const ids = cases.map((one) => one.id);
  return [
    ...[...known].filter((row) => !covered.has(row)).map((row) => `row "${row}" has no case`),
    ...[...covered].filter((row) => !known.has(row)).map((row) => `no list has the row "${row}"`),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `two cases are called "${id}"`),
    ...cases.filter((one) => one.covers.length === 0).map((one) => `case "${one.id}" covers no row`),
  ];
}
