import { rfc3339 } from '../../base/clock.ts';
import { createLog, type Log } from '../../base/log.ts';
import type { ImageContext } from './image-program.ts';

/** A log whose lines `kubectl logs` shows, each with its time. */
export function containerLog(ctx: Pick<ImageContext, 'log' | 'clock'>): Log {
  return createLog((line) => ctx.log(`${rfc3339(ctx.clock.nowMs())} ${line}`), 'info');
}
