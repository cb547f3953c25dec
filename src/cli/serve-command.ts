import { CLUSTER_MEMORY_FLAGS } from '../embedded/memory-flags.ts';
import type { App } from './app.ts';

/** The program and first arguments that run `canary-lab cluster serve` in a process of its own. */
export function serveCommand(app: Pick<App, 'selfCommand'>): [program: string, ...args: string[]] {
  const [program, ...first] = app.selfCommand;
  return [program!, ...CLUSTER_MEMORY_FLAGS, ...first, 'cluster', 'serve'];
}
