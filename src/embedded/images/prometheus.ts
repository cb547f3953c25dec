import { type Clock, hostClock as systemHostClock } from '../../base/clock.ts';
import type { ImageProgram } from './image-program.ts';

/** `quay.io/prometheus/prometheus`. The PromQL grammar is loaded with the first container: most clusters never run one. */
export function createPrometheusProgram(options: { hostClock?: Clock } = {}): ImageProgram {
  return {
    async run(ctx) {
      const { runPrometheus } = await import('./prometheus-server.ts');
      return runPrometheus(ctx, options.hostClock ?? systemHostClock);
    },
  };
}
