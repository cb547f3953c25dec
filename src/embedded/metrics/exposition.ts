import { setOwnValue } from '../../base/own-value.ts';
import { METRIC_NAME } from './labels.ts';
import { parseNumber } from './promql/number-text.ts';

export interface ScrapedSample {
  labels: Record<string, string>;
  value: number;
  timeMs: number | undefined;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** Reads the Prometheus text format 0.0.4. Comments, HELP and TYPE lines are skipped. Throws with the line that is wrong. */
export function parseExposition(text: string): ScrapedSample[] {
  const samples: ScrapedSample[] = [];
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed !== '' && !trimmed.startsWith('#')) samples.push(parseLine(trimmed));
  }
  return samples;
}

function parseLine(line: string): ScrapedSample {
  const wrong = (what: string): Error => new Error(`expected ${what} in ${JSON.stringify(line.slice(0, 80))}`);
  NAME.lastIndex = 0;
  const name = NAME.exec(line)?.[0];
  if (name === undefined) throw wrong('a metric name');
  const labels: Record<string, string> = { [METRIC_NAME]: name };
  let at = name.length;
  const skipBlanks = (): void => {
    while (line[at] === ' ' || line[at] === '\t') at += 1;
  };
  skipBlanks();
  if (line[at] === '{') {
    at += 1;
    for (;;) {
      skipBlanks();
      if (line[at] === '}') {
        at += 1;
        break;
      }
      NAME.lastIndex = at;
      const label = NAME.exec(line)?.[0];
      if (label === undefined) throw wrong('a label name');
      at += label.length;
      skipBlanks();
      if (line[at] !== '=') throw wrong('"="');
      at += 1;
      skipBlanks();
      if (line[at] !== '"') throw wrong('a quoted label value');
      let value = '';
      for (at += 1; line[at] !== '"'; at++) {
        if (at >= line.length) throw wrong('the end of a label value');
        if (line[at] === '\\') {
          at += 1;
          value += ESCAPES[line[at]!] ?? `\\${line[at]}`;
        } else value += line[at];
      }
      at += 1;
      // A label with an empty value is one that is absent.
      if (value !== '') setOwnValue(labels, label, value);
      skipBlanks();
      if (line[at] === ',') at += 1;
      else if (line[at] !== '}') throw wrong('"," or "}"');
    }
  }
  const [valueText, timeText, more] = line.slice(at).trim().split(/\s+/);
  const value = parseNumber(valueText ?? '');
  if (value === undefined) throw wrong('a value');
  if (timeText !== undefined && (!/^-?\d+$/.test(timeText) || more !== undefined)) throw wrong('a timestamp in milliseconds');
  return { labels, value, timeMs: timeText === undefined ? undefined : Number(timeText) };
}
