/** Hangul, other East Asian scripts, full-width forms and pictures take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
/** Signs that are drawn onto the one before. */
const JOINED = /\p{Mn}|\p{Cf}|[\u1160-\u11ff]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
const COLOUR = /\u001b\[[\d;]*m/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
const ANY_COLOUR = /\u001b\[[\d;]*m/g;

function columnsOf(character: string): number {
  return JOINED.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** How many columns of a terminal the text takes; colour escapes take none. */
export function textWidth(text: string): number {
  let columns = 0;
  for (const character of text.replace(ANY_COLOUR, '')) columns += columnsOf(character);
  return columns;
}

/** The text in at most `columns` columns; what is cut off is marked by `…`, and colours end with it. */
export function cutToWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let cut = '';
  let used = 0;
  let hasColour = false;
  for (let at = 0; at < text.length; ) {
    COLOUR.lastIndex = at;
    const colour = COLOUR.exec(text)?.[0];
    if (colour !== undefined) {
      cut += colour;
      hasColour = true;
      at += colour.length;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at)!);
    if (used + columnsOf(character) > columns - 1) break;
    cut += character;
    used += columnsOf(character);
    at += character.length;
  }
  return `${cut}…${hasColour ? '\u001b[0m' : ''}`;
}

/** The text with spaces after it, so that it takes `columns` columns. */
export function padToWidth(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)));
}

/** Lines of at most `columns` columns, broken between words; a word that is too long is broken inside. */
export function linesOf(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => piecesOf(whole, columns))) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function piecesOf(word: string, columns: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (textWidth(piece + character) > columns) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
