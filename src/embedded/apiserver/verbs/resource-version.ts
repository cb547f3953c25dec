import type { Clock } from '../../../base/clock.ts';
import { statusError } from '../../../kube/status-error.ts';
import type { Store } from '../../store/store.ts';

/** How long a list for a revision of the future waits for it. */
const FUTURE_WAIT_MS = 3000;

/** The number of a `resourceVersion` parameter; `undefined` when absent. Throws BadRequest. */
export function parseResourceVersion(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d+$/.test(text))
    throw statusError('BadRequest', `invalid resource version: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** Waits on the host's clock until the store has reached `revision`; rejects with upstream's Timeout after 3 s. */
export async function awaitRevision(store: Store, hostClock: Clock, revision: number, signal?: AbortSignal): Promise<void> {
  const deadlineMs = hostClock.nowMs() + FUTURE_WAIT_MS;
  while (store.revision < revision) {
    if (hostClock.nowMs() >= deadlineMs) {
      const message = `Too large resource version: ${revision}, current: ${store.revision}`;
      throw statusError('Timeout', `Timeout: ${message}`, {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      });
    }
    await hostClock.sleep(100, signal);
  }
}
