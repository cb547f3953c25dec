import { useEffect, useRef, useState } from 'preact/hooks';
import type { WireListEvent, WireRollout } from '../wire.ts';
import { followStream } from './event-stream.ts';
import { listPath, readList } from './rest-client.ts';

export interface RolloutList {
  rollouts: readonly WireRollout[] | undefined;
  isConnected: boolean;
}

/** The Rollouts of a namespace, sorted by name, kept up to date. A burst of changes is drawn once per frame. */
export function useRolloutList(namespace: string | undefined): RolloutList {
  const known = useRef(new Map<string, WireRollout>());
  const [rollouts, setRollouts] = useState<readonly WireRollout[]>();
  const [isConnected, setConnected] = useState(true);
  useEffect(() => {
    if (namespace === undefined) return;
    let isGone = false;
    let frame = 0;
    known.current = new Map();
    setRollouts(undefined);
    const draw = (): void => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        if (!isGone) setRollouts([...known.current.values()].sort((a, b) => (a.objectMeta.name < b.objectMeta.name ? -1 : 1)));
      });
    };
    const stop = followStream<WireListEvent>(`${listPath(namespace)}/watch`, {
      onValue({ result: { type, rolloutInfo } }) {
        const { name } = rolloutInfo.objectMeta;
        if (type === 'Deleted') known.current.delete(name);
        else known.current.set(name, rolloutInfo);
        draw();
      },
      onState(connected) {
        setConnected(connected);
        // The stream tells what is there; only the list tells what went away meanwhile.
        if (connected)
          void readList(namespace).then(
            ({ rollouts: all = [] }) => {
              if (!isGone) {
                known.current = new Map(all.map((rollout) => [rollout.objectMeta.name, rollout]));
                draw();
              }
            },
            () => {},
          );
      },
    });
    return () => {
      isGone = true;
      stop();
      cancelAnimationFrame(frame);
    };
  }, [namespace]);
  return { rollouts, isConnected };
}
