import type { BigText } from './big-text.ts';
import { cutToWidth, linesOf, textWidth } from './text-width.ts';

/** One idea, as large as it fits. */
export interface Slide {
  /** Small, in the first line. */
  header: string;
  /** As large as the terminal allows. */
  big: string | undefined;
  /** Below `big` when that is drawn in large letters: the same as one types it. */
  exact?: string | undefined;
  /** In the size of the terminal, below; `keepsLines`: lines are cut, not broken. */
  body: readonly { text: string; colour?: number | undefined; keepsLines?: boolean | undefined }[];
  /** At the bottom, above the footer, such as a live picture. */
  live: readonly string[];
  footer: string;
}

const BOLD = 1;
const DIM = 2;
/** Long lines are hard to read from afar. */
const MAX_TEXT = 76;

/** The slide in exactly `rows` lines of at most `columns` columns. Where the body does not fit, its end is shown: that is the newest output. */
export function slideLines(slide: Slide, size: { columns: number; rows: number }, bigText: Pick<BigText, 'lines'>): string[] {
  const width = Math.max(20, size.columns - 1);
  const margin = Math.min(4, Math.max(1, Math.floor(width / 20)));
  // Header, footer and an empty line at each.
  const room = Math.max(1, size.rows - 4 - slide.live.length);
  const content = contentLines(slide, { columns: width - 2 * margin, rows: room }, bigText);
  const above = Math.floor(Math.max(0, room - content.length) / 3);
  const lines = [
    painted(cutToWidth(slide.header, width), DIM),
    '',
    ...Array<string>(above).fill(''),
    ...content.map((line) => (line === '' ? '' : ' '.repeat(margin) + line)),
  ].slice(0, room + 2);
  while (lines.length < room + 2) lines.push('');
  const live = slide.live.map((line) => cutToWidth(line, width));
  return [...lines, ...live, '', painted(cutToWidth(slide.footer, width), DIM)].slice(-size.rows);
}

function contentLines(slide: Slide, size: { columns: number; rows: number }, bigText: Pick<BigText, 'lines'>): string[] {
  const inner = Math.min(size.columns, MAX_TEXT);
  const lines = slide.body.flatMap(({ text, colour, keepsLines }) =>
    text
      .split('\n')
      .flatMap((line) => (keepsLines === true ? [cutToWidth(line, size.columns)] : linesOf(line, inner)))
      .map((line) => painted(line, colour)),
  );
  const exact = slide.exact === undefined ? [] : linesOf(slide.exact, inner);
  const { big, isLarge } = titleLines(
    slide.big,
    size.columns,
    size.rows - Math.min(lines.length + exact.length, size.rows - 6) - 2,
    bigText,
  );
  const body = isLarge ? [...exact, ...lines] : lines;
  const room = Math.max(0, size.rows - (big.length === 0 ? 0 : big.length + 1));
  const shown = body.length <= room ? body : ['…', ...body.slice(body.length - room + 1)];
  return [...big, ...(big.length > 0 && shown.length > 0 ? [''] : []), ...shown];
}

/** Letters of five lines where there is room for them, else bold in a frame. */
function titleLines(
  text: string | undefined,
  columns: number,
  rows: number,
  bigText: Pick<BigText, 'lines'>,
): { big: string[]; isLarge: boolean } {
  if (text === undefined) return { big: [], isLarge: false };
  const drawn = bigText.lines(text, columns);
  if (drawn !== undefined && drawn.length <= rows) return { big: drawn.map((line) => painted(line, BOLD)), isLarge: true };
  const lines = linesOf(text, columns - 4);
  const widest = Math.max(...lines.map(textWidth));
  const framed = lines.map((line) => `┃ ${painted(line, BOLD)}${' '.repeat(widest - textWidth(line))} ┃`);
  return { big: [`┏${'━'.repeat(widest + 2)}┓`, ...framed, `┗${'━'.repeat(widest + 2)}┛`], isLarge: false };
}

function painted(text: string, colour: number | undefined): string {
  return colour === undefined || text === '' ? text : `\u001b[${colour}m${text}\u001b[0m`;
}
