/**
 * What a terminal of a size shows after a text with the few escapes that we and listr2 write. Each row is an array of cells; a wide sign takes two.
 * An escape that it does not know throws.
 */
export class TerminalScreen {
  readonly columns: number;
  readonly rows: number;
  readonly #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  readonly write = (text: string): void => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
    for (const [piece, parameters = '', command] of text.matchAll(/\u001b\[([\d;?]*)([A-Za-z])|[\s\S]/gu)) {
      if (command !== undefined) this.#escape(parameters, command);
      else if (piece === '\n') this.#down(0);
      else if (piece === '\r') this.#column = 0;
      else this.#put(piece);
    }
  };

  /** All that has been written, lines that have scrolled away too; empty rows below the cursor do not count. */
  get text(): string {
    const lines = this.#lines.map((line) => line.join('').trimEnd());
    return lines
      .slice(
        0,
        Math.max(
          this.#row,
          lines.findLastIndex((line) => line !== ''),
        ) + 1,
      )
      .join('\n');
  }

  #put(sign: string): void {
    const width = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/.test(sign) ? 2 : 1;
    if (this.#column + width > this.columns) this.#down(0);
    const line = this.#lines[this.#row]!;
    while (line.length < this.#column) line.push(' ');
    line[this.#column] = sign;
    if (width === 2) line[this.#column + 1] = '';
    this.#column += width;
  }

  #down(column: number): void {
    this.#row += 1;
    this.#column = column;
    if (this.#row === this.#lines.length) this.#lines.push([]);
  }

  #escape(parameters: string, command: string): void {
    const count = Number(parameters || 1);
    const top = Math.max(0, this.#lines.length - this.rows);
    if (command === 'A') this.#row = Math.max(top, this.#row - count);
    else if (command === 'B') this.#row = Math.min(this.#lines.length - 1, this.#row + count);
    else if (command === 'G') this.#column = count - 1;
    else if (command === 'K' && parameters === '2') this.#lines[this.#row]!.length = 0;
    else if (command === 'J' && parameters === '') {
      this.#lines.length = this.#row + 1;
      this.#lines[this.#row]!.length = Math.min(this.#lines[this.#row]!.length, this.#column);
    } else if (command === 'K' && parameters === '')
      this.#lines[this.#row]!.length = Math.min(this.#lines[this.#row]!.length, this.#column);
    else if (command === 'H' && parameters === '') {
      this.#row = top;
      this.#column = 0;
    } else if (command !== 'm' && !parameters.startsWith('?')) throw new Error(`unknown escape ${parameters}${command}`);
  }
}
