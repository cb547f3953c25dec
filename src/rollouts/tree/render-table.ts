import { visibleWidth } from './colours.ts';

/** Rows as lines: every cell padded to the widest of its column plus two spaces, trailing spaces dropped. */
export function renderTable(rows: readonly (readonly string[])[], minimumWidths: readonly number[] = []): string {
  const widths = [...minimumWidths];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, visibleWidth(cell));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell + ' '.repeat(widths[column]! - visibleWidth(cell) + 2))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}
