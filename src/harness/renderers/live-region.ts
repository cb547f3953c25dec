import { textWidth } from './text-width.ts';

export interface Screen {
  write(text: string): void;
  columns: number;
  rows: number;
}

/**
 * Lines at the bottom of a terminal that change, under text that scrolls. Each change is one write: what was there is erased, the new text
 * stands where it was, and the lines follow it.
 */
export class LiveRegion {
  readonly #screen: Screen;
  #lines: readonly string[] = [];

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Writes text that stays, above the lines. It must end in a newline. */
  print(text: string): void {
    if (text !== '') this.#write(text, this.#lines);
  }

  /** Replaces the lines; each must fit the width. */
  show(lines: readonly string[]): void {
    if (lines.length === this.#lines.length && lines.every((line, index) => line === this.#lines[index])) return;
    this.#write('', lines);
  }

  #write(text: string, lines: readonly string[]): void {
    this.#screen.write(`${this.#erase()}${text}${lines.map((line) => `${line}\n`).join('')}`);
    this.#lines = lines;
  }

  /** A terminal that has become narrower has broken the lines. */
  #erase(): string {
    const rows = this.#lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / Math.max(1, this.#screen.columns))), 0);
    return rows === 0 ? '' : `\u001b[${rows}A\r\u001b[J`;
  }
}
