import type { PrometheusRange } from '../../../../rollouts/analysis/analysis-run.ts';
import { evaluateTime } from '../../../../rollouts/expression/time.ts';
import { durationSeconds } from '../../../../rollouts/pause-duration.ts';
import type { MetricProvider } from './metric-provider.ts';

const DEFAULT_TIMEOUT_SECONDS = 30;
type Sample = [number, string];
interface Answer {
  status?: string;
  error?: string;
  warnings?: string[];
  data?: { resultType: string; result: unknown };
}

/** Asks Prometheus for values: a vector or the samples of a range become a list of numbers, a scalar one number. */
export const prometheusProvider: MetricProvider = {
  async run(_run, metric, _measured, deps) {
    const {
      address = deps.prometheusAddress,
      query = '',
      timeout = DEFAULT_TIMEOUT_SECONDS,
      headers = [],
      rangeQuery,
      authentication,
    } = metric.provider.prometheus!;
    if (authentication !== undefined) throw new Error('"authentication" is not modelled');
    if (!address) throw new Error('prometheus address is not configured');
    if (!/^https?:\/\/[^/\s]+/.test(address)) throw new Error('prometheus address is not is url format');
    if (timeout < 0) throw new Error('prometheus timeout should not be negative');
    const form = new URLSearchParams(
      rangeQuery === undefined ? { query, time: (deps.nowMs / 1000).toFixed(3) } : { query, ...rangeOf(rangeQuery, deps.nowMs) },
    ).toString();
    const url = `${address.replace(/\/+$/, '')}/api/v1/${rangeQuery === undefined ? 'query' : 'query_range'}`;
    const own = Object.fromEntries(headers.map(({ key, value }) => [key, value]));
    const { status, text } = await deps.withTimeout(timeout * 1000, async (signal) => {
      let response = await deps.fetch(url, {
        method: 'POST',
        body: form,
        headers: { ...own, 'content-type': 'application/x-www-form-urlencoded' },
        signal,
      });
      if (response.status === 405 || response.status === 501) response = await deps.fetch(`${url}?${form}`, { headers: own, signal });
      return { status: response.status, text: await response.text() };
    });
    let answer: Answer;
    try {
      answer = JSON.parse(text) as Answer;
    } catch {
      throw new Error(`server_error: server error: ${status}`);
    }
    if (answer.status !== 'success' || answer.data === undefined) throw new Error(answer.error ?? `server_error: server error: ${status}`);
    const { result, value } = read(answer.data);
    return { result, value, ...(answer.warnings?.length ? { metadata: { warnings: JSON.stringify(answer.warnings) } } : {}) };
  },
};

/** Start and end are expressions of time such as `now() - duration("5m")`. */
function rangeOf({ start = '', end = '', step = '' }: PrometheusRange, nowMs: number): Record<string, string> {
  const at = (field: string, text: string): string => {
    try {
      return evaluateTime(text, nowMs).toFixed(3);
    } catch (error) {
      throw new Error(`failed to parse rangeQuery.${field}: ${(error as Error).message}`);
    }
  };
  const seconds = durationSeconds(step);
  if (seconds <= 0) throw new Error(`failed to parse rangeQuery.step: time: invalid duration "${step}"`);
  return { start: at('start', start), end: at('end', end), step: String(seconds) };
}

function numberOf([, text]: Sample): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

function printed(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function read({ resultType, result }: NonNullable<Answer['data']>): { result: unknown; value: string } {
  if (resultType === 'scalar') {
    const value = numberOf(result as Sample);
    return { result: value, value: printed(value) };
  }
  if (resultType === 'matrix') {
    const values = (result as { values: Sample[] }[]).flatMap((series) => series.values.map(numberOf));
    return { result: values, value: `[${values.map(printed).join(',')}]` };
  }
  if (resultType !== 'vector') throw new Error('Prometheus metric type not supported');
  const values = (result as { value: Sample }[]).map(({ value }) => numberOf(value));
  return { result: values, value: `[${values.map(printed).join(',')}]` };
}
