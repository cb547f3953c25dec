import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { PROMQL_CASES } from '../../../../test/support/promql-cases.ts';
import { promQlStore } from '../../../../test/support/promql-samples.ts';
import type { Labels } from '../labels.ts';
import { labelsKey } from '../labels.ts';
import { QueryError } from '../query-error.ts';
import { parseNumber } from './number-text.ts';
import { type ApiSample, instantQuery, type QueryResult, rangeQuery } from './query.ts';

interface Recorded {
  query: string;
  time?: number;
  range?: { start: number; end: number; step: number };
  data?: QueryResult;
  errorType?: string;
  error?: string;
}
const { answers } = JSON.parse(await readFile(new URL('../../../../test/fixtures/promql/answers.json', import.meta.url), 'utf8')) as {
  answers: Recorded[];
};
const store = promQlStore();
const isOrdered = (query: string): boolean => /^(sort|sort_desc|topk|bottomk)\b/.test(query);

function ask({ query, time, range }: Recorded): QueryResult {
  if (range === undefined) return instantQuery(store, query, Math.round(time! * 1000));
  return rangeQuery(store, query, {
    startMs: Math.round(range.start * 1000),
    endMs: Math.round(range.end * 1000),
    stepMs: Math.round(range.step * 1000),
  });
}

const sameNumber = (a: string, b: string): boolean => {
  if (a === b) return true;
  const [x, y] = [parseNumber(a)!, parseNumber(b)!];
  return Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y));
};
const sameSample = (a: ApiSample, b: ApiSample): boolean => a[0] === b[0] && sameNumber(a[1], b[1]);

/** Where two results differ, or `undefined`. */
function difference(ours: QueryResult, theirs: QueryResult, ordered: boolean): string | undefined {
  if (ours.resultType !== theirs.resultType) return `type ${ours.resultType}`;
  if (ours.resultType === 'scalar') return sameSample(ours.result, theirs.result as ApiSample) ? undefined : 'value';
  if (ours.resultType === 'string') return JSON.stringify(ours.result) === JSON.stringify(theirs.result) ? undefined : 'text';
  type Row = { metric: Labels; value?: ApiSample; values?: ApiSample[] };
  const [left, right] = [ours.result as Row[], theirs.result as Row[]];
  if (left.length !== right.length) return `${left.length} elements`;
  const byKey = new Map(right.map((row) => [labelsKey(row.metric), row]));
  for (const [index, row] of left.entries()) {
    const other = byKey.get(labelsKey(row.metric));
    if (other === undefined) return `element ${JSON.stringify(row.metric)}`;
    const [a, b] = [row.values ?? [row.value!], other.values ?? [other.value!]];
    if (a.length !== b.length || a.some((sample, at) => !sameSample(sample, b[at]!))) return `value of ${JSON.stringify(row.metric)}`;
    if (ordered && !sameNumber(a[0]![1], (right[index]!.value ?? right[index]!.values![0]!)[1])) return `order at ${index}`;
  }
  return undefined;
}

const title = ({ query, time, range }: Recorded): string =>
  `${query} ${range === undefined ? `at ${time}` : `from ${range.start} to ${range.end}`}`;

describe('the answer of a real Prometheus', () => {
  it('is recorded for every query of the list, more than 300 of them', () => {
    expect(answers.map(title)).toEqual(PROMQL_CASES.map(title));
    expect(answers.filter(({ data }) => data !== undefined).length).toBeGreaterThan(300);
  });

  it.each(answers.filter(({ data }) => data !== undefined).map((answer) => ({ title: title(answer), answer })))(
    'is given to $title',
    ({ answer }) => {
      let ours: QueryResult;
      try {
        ours = ask(answer);
      } catch (error) {
        expect((error as Error).message).toMatch(/"[^"]+".*is not modelled/);
        return;
      }
      const differs = difference(ours, answer.data!, answer.range === undefined && isOrdered(answer.query));
      expect(differs === undefined ? undefined : { differs, ours: ours.result, theirs: answer.data!.result }).toBeUndefined();
    },
  );

  it.each(answers.filter(({ error }) => error !== undefined).map((answer) => ({ title: title(answer), answer })))(
    'is an error of the same type for $title',
    ({ answer }) => {
      let error: unknown;
      try {
        ask(answer);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(QueryError);
      expect((error as QueryError).errorType).toBe(answer.errorType);
    },
  );
});

it('names a function that it does not know or that is not modelled', () => {
  expect(() => instantQuery(store, 'mad_over_time(up[5m])', 0)).toThrow('function "mad_over_time" is not modelled');
  expect(() => instantQuery(store, 'limitk(1, up)', 0)).toThrow('"limitk" is not modelled');
});
