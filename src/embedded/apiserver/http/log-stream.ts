import type { ServerResponse } from 'node:http';
import type { Pod } from '../../../kube/generated/types.ts';
import { statusError } from '../../../kube/status-error.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import type { LogOptions } from '../node-agent.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServerCore } from '../server-core.ts';
import { drained } from './drained.ts';
import { flag } from './query-options.ts';
import { sendText } from './responses.ts';

/** The container that a log or exec request means. Throws BadRequest with upstream's texts. */
export function containerOf(pod: Pod, wanted: string | null): string {
  const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? []), ...(pod.spec?.ephemeralContainers ?? [])].map(
    ({ name }) => name,
  );
  const { name } = pod.metadata;
  if (wanted) {
    if (!all.includes(wanted)) throw statusError('BadRequest', `container ${wanted} is not valid for pod ${name}`);
    return wanted;
  }
  const chosen = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (chosen !== undefined && all.includes(chosen)) return chosen;
  const containers = (pod.spec?.containers ?? []).map((container) => container.name);
  if (containers.length === 1) return containers[0]!;
  const init = (pod.spec?.initContainers ?? []).map((container) => container.name);
  throw statusError(
    'BadRequest',
    `a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : ''}`,
  );
}

/** GET pods/log. */
export async function streamLog(
  core: ServerCore,
  ctx: RequestContext,
  value: StoredValue,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const pod = value.object as Pod;
  const container = containerOf(pod, query.get('container'));
  if (!pod.spec?.nodeName) {
    sendText(response, 200, '');
    return;
  }
  const options = logOptions(core, query);
  const lines = core.nodeAgent.logs(pod, container, options, ctx.signal!)[Symbol.asyncIterator]();
  try {
    // The first chunk decides between an error answer and a stream, but a quiet log must not hold the headers back.
    const first = options.follow === true ? undefined : await lines.next();
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    response.flushHeaders();
    for (let next = first ?? (await lines.next()); next.done !== true; next = await lines.next()) {
      if (response.destroyed) return;
      if (!response.write(next.value)) await drained(response);
    }
    response.end();
  } finally {
    await lines.return?.();
  }
}

function logOptions(core: ServerCore, query: URLSearchParams): LogOptions {
  const number = (name: string): number | undefined => {
    const text = query.get(name);
    if (text === null || text === '') return undefined;
    if (!/^\d+$/.test(text)) throw statusError('BadRequest', `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
    return Number(text);
  };
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const tailLines = number('tailLines');
  const limitBytes = number('limitBytes');
  const sinceMs = sinceTime
    ? new Date(sinceTime).getTime()
    : sinceSeconds === undefined
      ? undefined
      : core.clock.nowMs() - sinceSeconds * 1000;
  return {
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}
