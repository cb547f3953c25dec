import { brotliDecompressSync } from 'node:zlib';
import { BIG_GLYPHS, BIG_RANGES } from './generated/big-glyphs.ts';

interface Glyph {
  /** In pixels; a pixel is one column wide and half a line high. */
  width: number;
  rows: Uint8Array;
}

const BYTES = 10;
const HALVES = [' ', '▄', '▀', '█'] as const;

/** Text whose letters are five lines high, English and Korean alike. */
export class BigText {
  readonly #bytes: Uint8Array = brotliDecompressSync(Buffer.from(BIG_GLYPHS, 'base64'));

  /** The text in lines of at most `columns` columns; nothing when it has signs without a picture, or a word is too wide. */
  lines(text: string, columns: number): string[] | undefined {
    const rows: Glyph[][] = [];
    let row: Glyph[] = [];
    const space = this.#glyph(' ')!;
    for (const word of text.split(' ')) {
      const glyphs = [...word].map((character) => this.#glyph(character));
      if (!glyphs.every((glyph) => glyph !== undefined) || widthOf(glyphs) > columns) return undefined;
      if (row.length > 0 && widthOf([...row, space, ...glyphs]) > columns) {
        rows.push(row);
        row = glyphs;
      } else row = row.length === 0 ? glyphs : [...row, space, ...glyphs];
    }
    return [...rows, row].flatMap(drawn);
  }

  #glyph(character: string): Glyph | undefined {
    const code = character.codePointAt(0)!;
    let before = 0;
    for (const [first, last] of BIG_RANGES) {
      if (code >= first && code <= last) {
        const at = (before + code - first) * BYTES;
        return { width: this.#bytes[at]!, rows: this.#bytes.subarray(at + 1, at + BYTES) };
      }
      before += last - first + 1;
    }
    return undefined;
  }
}

const widthOf = (glyphs: readonly Glyph[]): number => glyphs.reduce((sum, { width }) => sum + width, 0);

function drawn(glyphs: readonly Glyph[]): string[] {
  const lines: string[] = [];
  for (let row = 0; row < BYTES - 1; row += 2) {
    let line = '';
    for (const { width, rows } of glyphs)
      for (let column = 0; column < width; column++) {
        const isSet = (at: number): number => ((rows[at] ?? 0) >> (7 - column)) & 1;
        line += HALVES[isSet(row) * 2 + isSet(row + 1)];
      }
    lines.push(line.trimEnd());
  }
  return lines;
}
