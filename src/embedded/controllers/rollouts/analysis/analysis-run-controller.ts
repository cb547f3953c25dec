import type { Clock } from '../../../../base/clock.ts';
import { rfc3339 } from '../../../../base/clock.ts';
import { ownValue } from '../../../../base/own-value.ts';
import { keyOf, keyString, parseKey } from '../../../../kube/object.ts';
import { secrets } from '../../../../kube/resource-type.ts';
import { type AnalysisRun, type AnalysisRunStatus, isTerminal, type Metric } from '../../../../rollouts/analysis/analysis-run.ts';
import { metricsProblem } from '../../../../rollouts/analysis/analysis-spec.ts';
import { fieldAt, withArguments } from '../../../../rollouts/analysis/arguments.ts';
import { mergeDifference } from '../../../../rollouts/merge-difference.ts';
import { Controller, DONE, type ReconcileResult } from '../../controller.ts';
import { record, type World } from '../world.ts';
import { measureRun } from './analysis-run-pass.ts';
import { matchesMetric } from './matches-metric.ts';
import type { HttpFetch } from './metric-provider.ts';

export interface AnalysisOptions {
  /** HTTP for the web and prometheus providers; without it their measurements are errors. */
  fetch?: HttpFetch | undefined;
  /** Times sockets out; the controller's own clock unless given. */
  hostClock?: Clock | undefined;
  /** Address of Prometheus for metrics that name none. */
  prometheusAddress?: string | undefined;
}

const noHttp: HttpFetch = () => Promise.reject(new Error('no HTTP client is available to this controller'));

/** Measures the metrics of AnalysisRuns until they have a verdict. */
export function createAnalysisRunController(world: World, options: AnalysisOptions): Controller {
  const controller = new Controller(
    {
      name: 'analysisruns',
      concurrency: 10,
      backoff: { firstMs: 1, lastMs: 10_000 },
      reconcile: (key) => reconcileRun(world, key, options),
    },
    world.deps,
  );
  world.analysisRuns.informer.onChange(({ type, object }) => {
    if (type !== 'deleted') controller.enqueue(keyString(keyOf(object)));
  });
  return controller;
}

async function reconcileRun(world: World, key: string, options: AnalysisOptions): Promise<ReconcileResult> {
  const run = world.analysisRuns.get(parseKey(key));
  if (run === undefined || run.metadata.deletionTimestamp !== undefined) return DONE;
  const nowMs = world.deps.clock.nowMs();
  if (isTerminal(run.status?.phase)) return expire(world, run, nowMs);
  let prepared: { metrics: Metric[]; secretValues: string[] };
  try {
    prepared = await prepare(world, run);
  } catch (error) {
    await writeStatus(world, run, {
      ...run.status,
      phase: 'Error',
      message: (error as Error).message,
      startedAt: run.status?.startedAt ?? rfc3339(nowMs),
      completedAt: rfc3339(nowMs),
    });
    return DONE;
  }
  const timers = options.hostClock ?? world.deps.clock;
  const withTimeout = async <T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const ending = new AbortController();
    const timer = timers.after(ms, () => ending.abort(new Error('context deadline exceeded')));
    try {
      return await work(ending.signal);
    } finally {
      timer.cancel();
    }
  };
  const { status, afterMs } = await measureRun({
    run,
    metrics: prepared.metrics,
    nowMs,
    secrets: prepared.secretValues,
    deps: { api: world.deps.api, fetch: options.fetch ?? noHttp, nowMs, withTimeout, prometheusAddress: options.prometheusAddress },
  });
  await writeStatus(world, run, status);
  return afterMs === undefined ? DONE : { requeueAfterMs: afterMs };
}

async function prepare(world: World, run: AnalysisRun): Promise<{ metrics: Metric[]; secretValues: string[] }> {
  const values = new Map<string, string>();
  const secretValues: string[] = [];
  for (const { name, value, valueFrom } of run.spec.args ?? []) {
    if (value !== undefined) {
      values.set(name, value);
      continue;
    }
    const path = valueFrom?.fieldRef?.fieldPath;
    const found = path === undefined ? undefined : fieldAt(run, path);
    if (found !== undefined) {
      values.set(name, found);
      continue;
    }
    const reference = valueFrom?.secretKeyRef;
    if (reference === undefined) throw new Error(`Unable to resolve metric arguments: args.${name} was not resolved`);
    const secret = await world.deps.api.get(secrets, { namespace: run.metadata.namespace, name: reference.name });
    const encoded = ownValue(secret?.data, reference.key);
    if (encoded === undefined)
      throw new Error(`Unable to resolve metric arguments: key '${reference.key}' does not exist in secret '${reference.name}'`);
    const plain = Buffer.from(encoded, 'base64').toString('utf8');
    values.set(name, plain);
    secretValues.push(plain);
  }
  let metrics: Metric[];
  try {
    metrics = run.spec.metrics.map((metric) => withArguments(metric, values));
  } catch (error) {
    throw new Error(`Unable to resolve metric arguments: ${(error as Error).message}`);
  }
  const unmatched = run.spec.dryRun?.findIndex(({ metricName }) => !metrics.some(({ name }) => matchesMetric(metricName, name))) ?? -1;
  const problem = metricsProblem(metrics) ?? (unmatched < 0 ? undefined : `dryRun[${unmatched}]: Rule didn't match any metric name(s)`);
  if (problem !== undefined) throw new Error(`Analysis spec invalid: ${problem}`);
  return { metrics, secretValues };
}

/** AnalysisRuns have no status subresource: their status is part of the object. */
async function writeStatus(world: World, run: AnalysisRun, status: AnalysisRunStatus): Promise<void> {
  const patch = mergeDifference(run.status, status);
  if (patch === undefined) return;
  const written = await world.analysisRuns.patch(keyOf(run), { type: 'merge', body: { status: patch } });
  for (const { name, phase } of status.metricResults ?? []) {
    const before = run.status?.metricResults?.find((result) => result.name === name)?.phase;
    if (isTerminal(phase) && before !== phase)
      record(world, written, warns(phase), `Metric${phase}`, `Metric '${name}' Completed. Result: ${phase}`, 'AnalysisRun');
  }
  if (isTerminal(status.phase))
    record(world, written, warns(status.phase), `AnalysisRun${status.phase}`, `Analysis Completed. Result: ${status.phase}`, 'AnalysisRun');
}

const warns = (phase: string): 'Normal' | 'Warning' => (phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal');

async function expire(world: World, run: AnalysisRun, nowMs: number): Promise<ReconcileResult> {
  const { secondsAfterCompletion, secondsAfterFailure, secondsAfterSuccess } = run.spec.ttlStrategy ?? {};
  const seconds =
    (run.status?.phase === 'Successful' ? secondsAfterSuccess : run.status?.phase === 'Failed' ? secondsAfterFailure : undefined) ??
    secondsAfterCompletion;
  if (seconds === undefined || run.status?.completedAt === undefined) return DONE;
  const remainingMs = Date.parse(run.status.completedAt) + seconds * 1000 - nowMs;
  if (remainingMs > 0) return { requeueAfterMs: remainingMs };
  await world.analysisRuns.delete(run);
  return DONE;
}
