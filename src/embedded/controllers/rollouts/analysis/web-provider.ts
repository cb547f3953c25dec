import { JSONPath } from 'jsonpath-plus';
import type { MetricProvider } from './metric-provider.ts';

const DEFAULT_TIMEOUT_SECONDS = 10;

/** Asks a URL; a JSON answer is looked into with a JSONPath, of which the first match counts, any other is text. */
export const webProvider: MetricProvider = {
  async run(_run, metric, _measured, deps) {
    const {
      method = 'GET',
      url,
      headers = [],
      body,
      jsonBody,
      timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
      jsonPath = '{$}',
      authentication,
    } = metric.provider.web!;
    if (authentication !== undefined) throw new Error('"authentication" is not modelled');
    if (body !== undefined && jsonBody !== undefined)
      throw new Error('use either Body or JSONBody; both cannot exists for WebMetric payload');
    if (method === 'GET' && (body !== undefined || jsonBody !== undefined))
      throw new Error('Body/JSONBody can only be used with POST or PUT WebMetric Method types');
    const payload = jsonBody === undefined ? body : JSON.stringify(jsonBody);
    const { status, text } = await deps.withTimeout(timeoutSeconds * 1000, async (signal) => {
      const response = await deps.fetch(url, {
        method,
        signal,
        ...(payload === undefined ? {} : { body: payload }),
        headers: {
          ...Object.fromEntries(headers.map(({ key, value }) => [key, value])),
          ...(jsonBody === undefined ? {} : { 'content-type': 'application/json' }),
        },
      });
      return { status: response.status, text: await response.text() };
    });
    if (status < 200 || status > 299) throw new Error(`received non 2xx response code: ${status}`);
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return { result: text, value: text };
    }
    const path = jsonPath.replace(/^\{(.*)\}$/s, '$1');
    const found = JSONPath({
      path: path.startsWith('$') ? path : `$${path.startsWith('.') || path.startsWith('[') ? '' : '.'}${path}`,
      json: json as object,
      eval: false,
      wrap: true,
    }) as unknown[] | undefined;
    if (found === undefined || found.length === 0) throw new Error(`Could not find JSONPath in body: ${path} is not found`);
    return { result: found[0], value: JSON.stringify(found[0]) };
  },
};
