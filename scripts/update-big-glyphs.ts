/**
 * Rewrites `src/harness/renderers/generated/big-glyphs.ts` from a BDF file of the font Galmuri7 (npm package `galmuri`, SIL Open Font
 * License): ASCII, some punctuation and all Hangul syllables. Run: `node bin/launch.js scripts/update-big-glyphs.ts dist/Galmuri7.bdf`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const PUNCTUATION = '…–—·‘’“”→←↑↓×≤≥°';
/** Rows of pixels above and below the line on which the letters stand. */
const ABOVE = 7;
const ROWS = 9;

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Give the path of Galmuri7.bdf.');

const codes: number[] = [];
const bytes: number[] = [];
for (const glyph of (await readFile(file, 'utf8')).split('STARTCHAR').slice(1)) {
  const numbers = (name: string): number[] =>
    (new RegExp(`^${name} (.*)$`, 'm').exec(glyph)?.[1] ?? '').split(' ').map((word) => Number.parseInt(word, 10));
  const [code = 0] = numbers('ENCODING');
  const isWanted = (code >= 0x20 && code < 0x7f) || (code >= 0xac00 && code <= 0xd7a3) || PUNCTUATION.includes(String.fromCodePoint(code));
  if (!isWanted) continue;
  const [width = 0] = numbers('DWIDTH');
  const [boxWidth = 0, height = 0, left = 0, bottom = 0] = numbers('BBX');
  const bitmap = (/^BITMAP\n([\s\S]*?)\nENDCHAR/m.exec(glyph)?.[1] ?? '').split('\n');
  const rows = new Array<number>(ROWS).fill(0);
  for (const [index, hex] of bitmap.entries()) {
    const row = ABOVE - (bottom + height - index);
    if (row < 0 || row >= ROWS) continue;
    const bits = Number.parseInt(hex, 16) >> (hex.length * 4 - boxWidth);
    rows[row] = left >= 0 ? (bits << (8 - boxWidth)) >> left : (bits << (8 - boxWidth - left)) & 0xff;
  }
  codes.push(code);
  bytes.push(width, ...rows);
}
const ranges: [number, number][] = [];
for (const code of codes) {
  const last = ranges.at(-1);
  if (last !== undefined && last[1] === code - 1) last[1] = code;
  else ranges.push([code, code]);
}
const text = `// Made by scripts/update-big-glyphs.ts from the font Galmuri7: Copyright (c) 2019-2025 Lee Minseo, SIL Open Font License 1.1 (see NOTICE).

/** Code points that have a picture, as ranges with both ends, in the order of the pictures. */
export const BIG_RANGES: readonly (readonly [number, number])[] = [
${ranges.map(([first, last]) => `  [${first}, ${last}],\n`).join('')}];

/** Ten bytes for each: its width in pixels and nine rows of eight; compressed with Brotli, as base64. */
export const BIG_GLYPHS =
  '${brotliCompressSync(Buffer.from(bytes)).toString('base64')}';
`;
await writeFile(join(import.meta.dirname, '../src/harness/renderers/generated/big-glyphs.ts'), text);
console.log(`${codes.length} pictures`);
