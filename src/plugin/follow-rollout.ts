import type { Clock } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';
import type { Connection } from '../client/connect.ts';
import { isStatus } from '../kube/status-error.ts';
import { type Rollout, rollouts } from '../rollouts/rollout.ts';

/** What the reading commands say of an absent Rollout: the kind in the singular, unlike the server's own text. */
function absent(name: string): LabError {
  return new LabError('ROLLOUT_NOT_FOUND', `rollout.argoproj.io "${name}" not found`);
}

export async function findRollout({ api, namespace }: Connection, name: string, signal: AbortSignal): Promise<Rollout> {
  const rollout = await api.get(rollouts, { namespace, name }, { signal });
  if (rollout === undefined) throw absent(name);
  return rollout;
}

/** The Rollout now and after every change, until the signal aborts. Throws `ROLLOUT_NOT_FOUND` when it is absent or deleted. */
export async function* followRollout(
  { api, namespace }: Connection,
  name: string,
  deps: { clock: Clock; signal: AbortSignal },
): AsyncGenerator<Rollout> {
  const { clock, signal } = deps;
  const selection = { namespace, fieldSelector: `metadata.name=${name}` };
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await api.list(rollouts, selection, { signal });
      const [rollout] = items;
      if (rollout === undefined) throw absent(name);
      yield rollout;
      for await (const event of api.watch(rollouts, { ...selection, resourceVersion }, { signal })) {
        if (event.type === 'DELETED') throw absent(name);
        if (event.type !== 'BOOKMARK') yield event.object;
      }
      // A server that closes watches at once must not make this a hot loop.
      await clock.sleep(100, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isStatus(error, 'Expired', 'Gone')) throw error;
    }
  }
}
