import type { IncomingMessage, RequestListener } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { ownValue } from '../../base/own-value.ts';
import { compareLabels } from './labels.ts';
import type { Matcher } from './matcher.ts';
import { parsePromDuration } from './promql/duration-text.ts';
import { parsePromQl } from './promql/parse-promql.ts';
import { instantQuery, rangeQuery } from './promql/query.ts';
import { QueryError } from './query-error.ts';
import type { ScrapeManager } from './scrape-manager.ts';
import { activeTargets, droppedTargets } from './targets-view.ts';
import type { Series, TimeSeriesStore } from './time-series-store.ts';

export interface QueryApiDeps {
  store: TimeSeriesStore;
  clock: Clock;
  scrapes: Pick<ScrapeManager, 'active' | 'dropped'>;
  version: string;
}

const MAX_BODY_BYTES = 1024 ** 2;
const LABEL_VALUES = /^\/api\/v1\/label\/([^/]+)\/values$/;

/** Prometheus's HTTP API as far as it is modelled; every other path is 404 and says so. */
export function queryApi(deps: QueryApiDeps): RequestListener {
  return (request, response) => {
    const send = (status: number, body: unknown): void => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      response
        .writeHead(status, {
          'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
          'content-length': Buffer.byteLength(text),
        })
        .end(text);
    };
    parametersOf(request)
      .then(({ path, parameters }) => {
        const plain = plainText(path, deps);
        if (plain !== undefined) {
          send(200, plain);
          return;
        }
        if (!path.startsWith('/api/v1/')) {
          send(404, `"${path}" is not modelled\n`);
          return;
        }
        try {
          const data = answer(path, parameters, deps);
          if (data === undefined) send(404, { status: 'error', errorType: 'not_found', error: `"${path}" is not modelled` });
          else send(200, { status: 'success', data });
        } catch (error) {
          if (!(error instanceof QueryError)) throw error;
          const text =
            error.errorType === 'bad_data' && error.message.startsWith('parse error')
              ? `invalid parameter "query": ${error.message}`
              : error.message;
          send(error.errorType === 'bad_data' ? 400 : 422, { status: 'error', errorType: error.errorType, error: text });
        }
      })
      .catch((error: unknown) => send(500, { status: 'error', errorType: 'internal', error: messageOf(error) }));
  };
}

function plainText(path: string, { store, version, scrapes }: QueryApiDeps): string | undefined {
  switch (path) {
    case '/-/healthy':
      return 'Prometheus Server is Healthy.\n';
    case '/-/ready':
      return 'Prometheus Server is Ready.\n';
    case '/metrics':
      return [
        '# TYPE prometheus_build_info gauge',
        `prometheus_build_info{version="${version}"} 1`,
        '# TYPE prometheus_tsdb_head_series gauge',
        `prometheus_tsdb_head_series ${store.seriesCount}`,
        '# TYPE prometheus_sd_discovered_targets gauge',
        `prometheus_sd_discovered_targets ${scrapes.active.length + scrapes.dropped.length}`,
        '',
      ].join('\n');
    default:
      return undefined;
  }
}

function answer(path: string, parameters: URLSearchParams, { store, clock, scrapes, version }: QueryApiDeps): unknown {
  const nowMs = clock.nowMs();
  const time = (name: string, otherwise: number | undefined): number => instant(name, parameters.get(name), otherwise);
  const label = LABEL_VALUES.exec(path)?.[1];
  if (label !== undefined) {
    const name = decodeURIComponent(label);
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw new QueryError('bad_data', `invalid label name: ${JSON.stringify(name)}`);
    return sortedSet(selected(store, parameters, time).flatMap(({ labels }) => ownValue(labels, name) ?? []));
  }
  switch (path) {
    case '/api/v1/query':
      return instantQuery(store, parameters.get('query') ?? '', time('time', nowMs));
    case '/api/v1/query_range':
      return rangeQuery(store, parameters.get('query') ?? '', {
        startMs: time('start', undefined),
        endMs: time('end', undefined),
        stepMs: stepMs(parameters.get('step')),
      });
    case '/api/v1/series': {
      if (parameters.getAll('match[]').length === 0) throw new QueryError('bad_data', 'no match[] parameter provided');
      return selected(store, parameters, time)
        .map(({ labels }) => labels)
        .sort(compareLabels);
    }
    case '/api/v1/labels':
      return sortedSet(selected(store, parameters, time).flatMap(({ labels }) => Object.keys(labels)));
    case '/api/v1/targets':
      return { activeTargets: activeTargets(scrapes.active), droppedTargets: droppedTargets(scrapes.dropped) };
    case '/api/v1/status/buildinfo':
      return { version, revision: 'canary-lab', branch: 'HEAD', buildUser: 'canary-lab', buildDate: '', goVersion: '' };
    default:
      return undefined;
  }
}

function selected(
  store: TimeSeriesStore,
  parameters: URLSearchParams,
  time: (name: string, otherwise: number | undefined) => number,
): Series[] {
  const window = { fromMs: time('start', Number.NEGATIVE_INFINITY), toMs: time('end', Number.POSITIVE_INFINITY) };
  const matches = parameters.getAll('match[]').map(matchersOf);
  return matches.length === 0 ? store.select([], window) : [...new Set(matches.flatMap((matchers) => store.select(matchers, window)))];
}

function matchersOf(text: string): readonly Matcher[] {
  const expression = parsePromQl(text);
  if (expression.kind !== 'selector')
    throw new QueryError('bad_data', `invalid parameter "match[]": ${JSON.stringify(text)} is no series selector`);
  return expression.matchers;
}

function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** Seconds since the epoch, or RFC 3339, in milliseconds. */
function instant(name: string, text: string | null, otherwise: number | undefined): number {
  if (text === null || text === '') {
    if (otherwise === undefined) throw new QueryError('bad_data', `invalid parameter "${name}": cannot parse "" to a valid timestamp`);
    return otherwise;
  }
  const timeMs = /^-?[\d.]+(?:e[+-]?\d+)?$/i.test(text)
    ? Math.round(Number(text) * 1000)
    : /^\d{4}-\d\d-\d\dT/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (Number.isNaN(timeMs))
    throw new QueryError('bad_data', `invalid parameter "${name}": cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  return timeMs;
}

function stepMs(text: string | null): number {
  if (text !== null && /^[\d.]+$/.test(text)) return Math.round(Number(text) * 1000);
  try {
    return parsePromDuration(text ?? '');
  } catch {
    throw new QueryError('bad_data', `invalid parameter "step": cannot parse ${JSON.stringify(text ?? '')} to a valid duration`);
  }
}

/** Path and parameters of the URL and, for a POST, of its form. */
async function parametersOf(request: IncomingMessage): Promise<{ path: string; parameters: URLSearchParams }> {
  const url = new URL(request.url ?? '/', 'http://prometheus');
  const parameters = new URLSearchParams(url.search);
  if (request.method === 'POST') {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) throw new Error('request body too large');
      chunks.push(chunk);
    }
    for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString('utf8'))) parameters.append(name, value);
  }
  return { path: url.pathname, parameters };
}
