import { StoredValue } from '../../store/stored-value.ts';
import type { Resource } from '../registry/resource.ts';
import type { ServerCore } from '../server-core.ts';

/** Clocks that agree within this are the same clock. */
const AGREEMENT_MS = 1000;

/** Who reads: only kubectl, when it lists, takes the ages of Pods against its own clock (`describe node`). */
export type Reader = 'kubectl-list' | 'any';

export function readerOf(userAgent: string | undefined): Reader {
  return userAgent?.startsWith('kubectl/') ? 'kubectl-list' : 'any';
}

/**
 * The value as clients over the wire are shown it. kubectl takes the ages of Events against its own clock, so where the
 * cluster's time runs ahead of the machine's, Events are shown that much earlier: their ages come out right, and never
 * `<invalid>`. Other kinds are shown as they are stored. See docs/adr/0003-cluster-time-and-the-clients-clock.md.
 */
export function inClientTime(
  core: Pick<ServerCore, 'clock' | 'hostClock'>,
  resource: Resource,
  value: StoredValue,
  reader: Reader = 'any',
): StoredValue {
  if (resource.earlier === undefined || (resource.earlierInKubectlLists && reader !== 'kubectl-list')) return value;
  const aheadMs = core.clock.nowMs() - core.hostClock.nowMs();
  return aheadMs < AGREEMENT_MS ? value : new StoredValue(resource.earlier(value.object as never, aheadMs));
}
