import { RequestSender } from '../../traffic/send-request.ts';
import { answeringHash } from '../answering-hash.ts';
import type { CheckContext } from '../check.ts';

export interface AppRequest {
  host: string;
  path: string;
  headers?: Readonly<Record<string, string>> | undefined;
}

const AT_ONCE = 12;

/** Sends `count` requests through the ingress, some at a time, and counts the Pod template hashes, statuses and errors that came back. */
export async function answerCounts(
  request: AppRequest,
  count: number,
  ctx: Pick<CheckContext, 'ingressUrl' | 'signal' | 'clock'>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const sender = new RequestSender(new URL(ctx.ingressUrl), { clock: ctx.clock, maxConnections: AT_ONCE });
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await sender.send(request, ctx.signal);
      ctx.signal.throwIfAborted();
      const who = answeringHash(answer) ?? (answer.status === undefined ? (answer.error ?? 'no answer') : `HTTP ${answer.status}`);
      counts.set(who, (counts.get(who) ?? 0) + 1);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, worker));
  } finally {
    sender.close();
  }
  return counts;
}

/** `5cd66ff7ff 743, 76ddfb4f47 257`. */
export function shownCounts(counts: ReadonlyMap<string, number>): string {
  return (
    [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([who, n]) => `${who} ${n}`)
      .join(', ') || '(no answer)'
  );
}
