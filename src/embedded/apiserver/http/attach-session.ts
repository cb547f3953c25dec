import { messageOf } from '../../../base/errors.ts';
import type { Pod, Status } from '../../../kube/generated/types.ts';
import { statusError } from '../../../kube/status-error.ts';
import type { ExecStreams } from '../node-agent.ts';
import type { ServerCore } from '../server-core.ts';
import type { ExecRequest } from './exec-session.ts';
import { containerOf } from './log-stream.ts';
import { flag } from './query-options.ts';
import { statusOf } from './responses.ts';

/**
 * Reads an attach request. Programs of the images read no standard input, so a session that wants to write is refused by
 * name; kubectl then falls back to the log.
 */
export function attachRequest(pod: Pod, query: URLSearchParams): ExecRequest {
  const container = containerOf(pod, query.get('container'));
  if (flag(query, 'stdin')) throw statusError('BadRequest', '"stdin" of "pods/attach" is not modelled');
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed')
    throw statusError('BadRequest', `cannot attach a container in a completed pod; current phase is ${phase}`);
  return { pod, container, argv: [], stdin: false, stdout: true, stderr: false, tty: flag(query, 'tty') };
}

/** Passes on what the container prints from now until it ends, whatever its exit code. Never rejects. */
export async function runAttach(core: ServerCore, { pod, container }: ExecRequest, streams: ExecStreams): Promise<Status> {
  try {
    for await (const chunk of core.nodeAgent.logs(pod, container, { follow: true, tailLines: 0 }, streams.signal)) streams.stdout(chunk);
    return { metadata: {}, status: 'Success' };
  } catch (error) {
    core.log.debug(`attach to ${pod.metadata.name} failed: ${messageOf(error)}`);
    return statusOf(error);
  }
}
