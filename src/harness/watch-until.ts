import { LabError, messageOf } from '../base/errors.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { type AnyObject, keyOf, keyString } from '../kube/object.ts';
import type { ResourceType } from '../kube/resource-type.ts';
import { isStatus } from '../kube/status-error.ts';
import type { CheckContext, Verdict } from './check.ts';

/** The objects that a judgement needs: one by name, or those that a selector finds. */
export interface WatchTarget {
  resource: ResourceType;
  namespace?: string | undefined;
  name?: string | undefined;
  labelSelector?: string | undefined;
}

export type Judge = (objects: readonly (readonly AnyObject[])[]) => Verdict;

const RECONNECT_MS = 250;
/** How much longer than it may wait a judgement goes on for its first look, on a machine that is slow to answer. */
const FIRST_LOOK_MS = 10_000;

/**
 * Lists the targets and watches them until `judge` holds or the time is over; resolves with the last verdict. It has looked at least once,
 * however short the time, unless the server does not answer. A resource that the server does not serve (yet) counts as without objects.
 */
export async function watchUntil(
  targets: readonly WatchTarget[],
  judge: Judge,
  ctx: Pick<CheckContext, 'api' | 'clock' | 'signal'>,
  timeoutMs: number,
): Promise<Verdict> {
  const ended = new AbortController();
  const signal = AbortSignal.any([ctx.signal, ended.signal]);
  const views = targets.map(() => new Map<string, AnyObject>());
  let verdict: Verdict = { holds: false, expected: '', observed: '' };
  let trouble: string | undefined;
  try {
    return await new Promise<Verdict>((resolve, reject) => {
      const look = (): void => {
        try {
          verdict = judge(views.map((view) => [...view.values()]));
          if (verdict.holds) resolve(verdict);
        } catch (error) {
          reject(error);
        }
      };
      ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason), { once: true, signal: ended.signal });
      if (ctx.signal.aborted) {
        reject(ctx.signal.reason);
        return;
      }
      let listed = 0;
      let isOver = false;
      const end = (): void =>
        resolve(trouble === undefined ? verdict : { ...verdict, detail: [verdict.detail, trouble].filter(Boolean).join('; ') });
      const timer = ctx.clock.after(timeoutMs, () => {
        isOver = true;
        if (listed === targets.length || trouble !== undefined) end();
      });
      const last = ctx.clock.after(timeoutMs + FIRST_LOOK_MS, end);
      signal.addEventListener(
        'abort',
        () => {
          timer.cancel();
          last.cancel();
        },
        { once: true },
      );
      targets.forEach((target, index) => {
        const view = views[index]!;
        let first = true;
        follow(ctx.api, target, view, signal, {
          onChange: () => {
            if (first) {
              first = false;
              listed += 1;
            }
            if (listed < targets.length) return;
            look();
            if (isOver) end();
          },
          onTrouble: (error) => {
            trouble = messageOf(error);
            if (isOver) end();
            return ctx.clock.sleep(RECONNECT_MS, signal);
          },
          onEnd: () => ctx.clock.sleep(10, signal),
        }).catch((error: unknown) => {
          if (!signal.aborted) reject(error);
        });
      });
    });
  } finally {
    ended.abort();
  }
}

async function follow(
  api: KubeApi,
  target: WatchTarget,
  view: Map<string, AnyObject>,
  signal: AbortSignal,
  on: { onChange(): void; onTrouble(error: unknown): Promise<void>; onEnd(): Promise<void> },
): Promise<void> {
  const selection = {
    namespace: target.namespace,
    labelSelector: target.labelSelector,
    fieldSelector: target.name === undefined ? undefined : `metadata.name=${target.name}`,
  };
  while (!signal.aborted) {
    try {
      const list = await api.list(target.resource, selection, { signal });
      view.clear();
      for (const item of list.items) view.set(keyString(keyOf(item)), item as AnyObject);
      on.onChange();
      let { resourceVersion } = list;
      while (!signal.aborted) {
        for await (const event of api.watch(target.resource, { ...selection, resourceVersion }, { signal })) {
          if (event.type === 'BOOKMARK') {
            resourceVersion = event.resourceVersion;
            continue;
          }
          resourceVersion = event.object.metadata.resourceVersion;
          if (event.type === 'DELETED') view.delete(keyString(keyOf(event.object)));
          else view.set(keyString(keyOf(event.object)), event.object as AnyObject);
          on.onChange();
        }
        // A server that closes watches at once must not make this a hot loop.
        if (!signal.aborted) await on.onEnd();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof LabError) throw error;
      if (isStatus(error, 'Expired', 'Gone')) continue;
      if (isStatus(error, 'NotFound')) {
        view.clear();
        on.onChange();
      }
      await on.onTrouble(error);
    }
  }
}
