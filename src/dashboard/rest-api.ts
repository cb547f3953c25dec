import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import type { ObjectKey } from '../kube/object.ts';
import { abortRollout } from '../rollouts/commands/abort.ts';
import { promoteRollout } from '../rollouts/commands/promote.ts';
import { readRollout } from '../rollouts/commands/read-rollout.ts';
import { restartRollout } from '../rollouts/commands/restart.ts';
import { retryRollout } from '../rollouts/commands/retry.ts';
import { setImage } from '../rollouts/commands/set-image.ts';
import { undoRollout } from '../rollouts/commands/undo.ts';
import { ApiError } from './api-error.ts';
import type { ClusterTime } from './cluster-time.ts';
import { EventStream } from './event-stream.ts';
import type { InsightFeed } from './insight-feed.ts';
import type { LabFeed } from './lab-feed.ts';
import type { RolloutFeed } from './rollout-feed.ts';
import type { RolloutsView } from './rollouts-view.ts';
import type { TrafficMeter } from './traffic-meter.ts';
import type { WireLive, WireNamespaces, WireRolloutList, WireSettings, WireVersion } from './wire.ts';
import { wireRollout } from './wire-rollout.ts';

export interface RestApiDeps {
  api: KubeApi;
  view: RolloutsView;
  feed: RolloutFeed;
  insight: InsightFeed;
  traffic: TrafficMeter;
  lab: LabFeed | undefined;
  time: ClusterTime;
  clock: Clock;
  signal: AbortSignal;
  homeNamespace: string;
  version: string;
  settings: WireSettings;
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  deps: RestApiDeps;
}

const BODY_LIMIT_BYTES = 65_536;

/**
 * One call below `/api/v1/` (upstream's interface: argo-rollouts/pkg/apiclient/rollout/rollout.proto) or `/lab/v1/` (ours). `path` is split and decoded.
 * Resolves with the JSON to answer, or with `undefined` when a stream was begun. Throws `ApiError` and whatever the cluster answers.
 */
export async function answerCall(family: 'api' | 'lab', path: readonly string[], call: Call): Promise<object | undefined> {
  const method = call.request.method === 'HEAD' ? 'GET' : (call.request.method ?? 'GET');
  const answer =
    family === 'lab'
      ? answerLab(method, path, call)
      : path[0] === 'rollouts'
        ? await answerRollouts(method, path.slice(1), call)
        : answerGeneral(method, path, call);
  if (answer === 'none') throw new ApiError(5, 'Not Found');
  return answer;
}

function answerGeneral(method: string, path: readonly string[], { deps }: Call): object | 'none' {
  if (method !== 'GET' || path.length !== 1) return 'none';
  if (path[0] === 'version') return { rolloutsVersion: deps.version } satisfies WireVersion;
  if (path[0] !== 'namespace') return 'none';
  const namespaces = new Set(deps.view.list().map(({ metadata }) => metadata.namespace ?? ''));
  return { namespace: deps.homeNamespace, availableNamespaces: [...namespaces].sort() } satisfies WireNamespaces;
}

async function answerRollouts(method: string, path: readonly string[], call: Call): Promise<object | undefined | 'none'> {
  const { view, feed } = call.deps;
  const [namespace = '', ...rest] = path;
  if (method === 'GET' && rest.join('/') === 'info')
    return { rollouts: view.list(namespace).map((rollout) => wireRollout(view.info(rollout), 'list')) } satisfies WireRolloutList;
  if (method === 'GET' && rest.join('/') === 'info/watch') return stream(call, (send) => feed.watchList(namespace, send));
  const [name = '', ...action] = rest;
  const key = { namespace, name };
  if (method === 'PUT') return await change(key, action, call);
  if (method !== 'GET' || action[0] !== 'info' || action.length > 2) return 'none';
  const rollout = view.get(key);
  if (rollout === undefined) throw new ApiError(2, `rollout.argoproj.io "${name}" not found`);
  const template = await view.workloadTemplate(rollout, call.deps.signal);
  if (action.length === 1) return wireRollout(view.info(rollout, template), 'full');
  return action[1] === 'watch' ? stream(call, (send) => feed.watchOne(key, template, send)) : 'none';
}

/** The writes; each answers with the Rollout as it is afterwards. */
async function change(key: ObjectKey, action: readonly string[], { request, deps }: Call): Promise<object | 'none'> {
  const { api, signal } = deps;
  const body = await readBody(request);
  const [verb = '', ...rest] = action;
  if (rest.length === 0) {
    switch (verb) {
      case 'promote':
        return await promoteRollout(api, key, { full: body['full'] === true, signal });
      case 'abort':
        return await abortRollout(api, key, { signal });
      case 'retry':
        return await retryRollout(api, key, { signal });
      case 'restart':
        return await restartRollout(api, key, { atMs: (await deps.time.read(signal)).nowMs, signal });
      default:
        return 'none';
    }
  }
  if (verb === 'undo' && rest.length === 1) {
    if (!/^\d+$/.test(rest[0]!)) throw new ApiError(3, `"${rest[0]}" is not a revision`);
    await undoRollout(api, key, { toRevision: Number(rest[0]), signal });
    return await readRollout(api, key, { signal });
  }
  if (verb === 'set' && rest.length >= 3) {
    // An image's name may have slashes; the container is before it, the tag behind.
    const image = `${rest.slice(1, -1).join('/')}:${rest.at(-1)}`;
    await setImage(api, key, { container: rest[0]!, image }, { signal });
    return await readRollout(api, key, { signal });
  }
  return 'none';
}

function answerLab(method: string, path: readonly string[], call: Call): object | undefined | 'none' {
  const { lab, insight, traffic, settings } = call.deps;
  if (method !== 'GET') return 'none';
  const [kind, namespace = '', name = ''] = path;
  if (kind === 'settings' && path.length === 1) return settings;
  if (kind === 'lesson' && path.length === 1 && lab !== undefined) return stream(call, (send) => lab.watch(send));
  if (kind !== 'live' || path.length !== 3) return 'none';
  const key = { namespace, name };
  // One stream for all: a browser has few connections to a server.
  return stream(call, (send) => {
    const part =
      (member: keyof WireLive) =>
      (json: string): void =>
        send(`{"${member}":${json}}`);
    const stops = [insight.watch(key, part('insight')), traffic.watch(key, part('traffic'))];
    return () => {
      for (const stop of stops) stop();
    };
  });
}

function stream({ request, response, query, deps }: Call, watch: (send: (json: string) => void) => () => void): undefined {
  if (request.method === 'HEAD') {
    response.writeHead(200, { 'content-type': 'application/json' }).end();
    return;
  }
  const events = new EventStream(request, response, query.get('fields'), deps.clock);
  const unwatch = watch(events.send);
  deps.signal.addEventListener('abort', events.end, { once: true });
  events.onEnd(() => {
    deps.signal.removeEventListener('abort', events.end);
    unwatch();
  });
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES) throw new ApiError(3, 'The body is too large.');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8').trim();
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    /* told below */
  }
  throw new ApiError(3, 'The body is not a JSON object.');
}
