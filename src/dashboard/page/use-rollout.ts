import { useEffect, useState } from 'preact/hooks';
import type { WireInsight, WireLive, WireRollout, WireRolloutEvent, WireTraffic } from '../wire.ts';
import { browserTime } from './browser-time.ts';
import type { ClusterNow } from './cluster-now.ts';
import { followStream } from './event-stream.ts';
import { livePath, rolloutPath } from './rest-client.ts';

const KEPT_SAMPLES = 180;

export interface LiveRollout {
  rollout: WireRollout | undefined;
  insight: WireInsight | undefined;
  now: ClusterNow | undefined;
  traffic: WireTraffic | undefined;
  isConnected: boolean;
  isMissing: boolean;
}

/** One Rollout and everything that our server tells about it, kept up to date. */
export function useRollout(namespace: string | undefined, name: string): LiveRollout {
  const [rollout, setRollout] = useState<WireRollout>();
  const [insight, setInsight] = useState<WireInsight & { now: ClusterNow }>();
  const [traffic, setTraffic] = useState<WireTraffic>();
  const [isConnected, setConnected] = useState(true);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    if (namespace === undefined) return;
    setRollout(undefined);
    setInsight(undefined);
    setTraffic(undefined);
    const stops = [
      followStream<WireRolloutEvent>(`${rolloutPath(namespace, name)}/info/watch`, {
        onValue: ({ result }) => {
          setRollout((before) => (sameState(before, result) ? before : result));
          setMissing(false);
          setConnected(true);
        },
        onState: (connected) => {
          if (connected) {
            setConnected(true);
            return;
          }
          // A server that answers knows no such Rollout (yet); one that does not answer is away.
          fetch(`${rolloutPath(namespace, name)}/info`).then(
            (answer) => {
              setConnected(true);
              setMissing(!answer.ok);
            },
            () => setConnected(false),
          );
        },
      }),
      followStream<WireLive>(livePath(namespace, name), {
        tries: 3,
        onValue: (live) => {
          if (live.insight !== undefined) {
            const { nowMs, rate } = live.insight;
            setInsight({ ...live.insight, now: { nowMs, rate, heardAtMs: browserTime.elapsedMs() } });
          }
          if (live.traffic !== undefined) setTraffic((before) => joined(before, live.traffic!));
        },
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [namespace, name]);
  return { rollout, insight, now: insight?.now, traffic, isConnected, isMissing };
}

/** The stream repeats itself every second; what did not change need not be drawn. */
function sameState(before: WireRollout | undefined, after: WireRollout): boolean {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(after);
}

/** Samples come all at once when a watch begins, then one at a time. */
function joined(before: WireTraffic | undefined, next: WireTraffic): WireTraffic {
  if (next.state !== 'measured' || before?.state !== 'measured' || before.url !== next.url) return next;
  const lastMs = before.samples.at(-1)?.atMs ?? 0;
  const fresh = next.samples.filter(({ atMs }) => atMs > lastMs);
  return { ...next, samples: [...before.samples, ...fresh].slice(-KEPT_SAMPLES) };
}
