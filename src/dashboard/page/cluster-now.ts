import { useEffect, useState } from 'preact/hooks';
import { browserTime } from './browser-time.ts';

/** The cluster's time as last told, and when. Between two tellings it runs at `rate`. */
export interface ClusterNow {
  nowMs: number;
  rate: number;
  heardAtMs: number;
}

export function clusterNowMs(now: ClusterNow): number {
  return now.nowMs + (browserTime.elapsedMs() - now.heardAtMs) * now.rate;
}

/** The cluster's time, four times a second while `isWanted`; the host's when the server tells none. */
export function useClusterNow(now: ClusterNow | undefined, isWanted: boolean): number {
  const [, draw] = useState(0);
  useEffect(() => {
    if (!isWanted) return;
    return browserTime.every(250, () => draw((count) => count + 1));
  }, [isWanted]);
  return now === undefined ? browserTime.nowMs() : clusterNowMs(now);
}
