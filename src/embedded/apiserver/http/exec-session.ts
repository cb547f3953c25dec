import { messageOf } from '../../../base/errors.ts';
import type { Pod, Status } from '../../../kube/generated/types.ts';
import { statusError } from '../../../kube/status-error.ts';
import type { ExecStreams } from '../node-agent.ts';
import type { ServerCore } from '../server-core.ts';
import { containerOf } from './log-stream.ts';
import { flag } from './query-options.ts';
import { statusOf } from './responses.ts';

/** What an exec request asks for. */
export interface ExecRequest {
  pod: Pod;
  container: string;
  argv: readonly string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** Reads an exec request. Throws BadRequest with upstream's texts. */
export function execRequest(pod: Pod, query: URLSearchParams): ExecRequest {
  const container = containerOf(pod, query.get('container'));
  const argv = query.getAll('command');
  if (argv.length === 0) throw statusError('BadRequest', 'you must specify at least 1 command to execute');
  if (!pod.spec?.nodeName) throw statusError('BadRequest', `pod ${pod.metadata.name} does not have a host assigned`);
  const tty = flag(query, 'tty');
  return {
    pod,
    container,
    argv,
    stdin: flag(query, 'stdin'),
    stdout: flag(query, 'stdout') || tty,
    stderr: flag(query, 'stderr') && !tty,
    tty,
  };
}

/** How a session of either protocol does its work. Never rejects. */
export type RunSession = (core: ServerCore, request: ExecRequest, streams: ExecStreams) => Promise<Status>;

/** Runs the program and resolves with what the client is told at its end. Never rejects. */
export async function runExec(
  core: ServerCore,
  { pod, container, argv, stdout, stderr, tty }: ExecRequest,
  streams: ExecStreams,
): Promise<Status> {
  try {
    // A terminal has one output only.
    return exitStatus(
      await core.nodeAgent.exec(pod, container, argv, {
        ...streams,
        stdout: (chunk) => {
          if (stdout) streams.stdout(chunk);
        },
        stderr: (chunk) => {
          if (tty) streams.stdout(chunk);
          else if (stderr) streams.stderr(chunk);
        },
      }),
    );
  } catch (error) {
    core.log.debug(`exec in ${pod.metadata.name} failed: ${messageOf(error)}`);
    return statusOf(error);
  }
}

function exitStatus(exitCode: number): Status {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}
