import type { App } from './app.ts';

/** Young objects of a cluster die young: a small nursery costs little and saves a quarter of the process's memory. */
const MEMORY_FLAGS = ['--max-semi-space-size=2'];

/** The program and first arguments that run `canary-lab cluster serve` in a process of its own. */
export function serveCommand(app: Pick<App, 'selfCommand'>): [program: string, ...args: string[]] {
  const [program, ...first] = app.selfCommand;
  return [program!, ...MEMORY_FLAGS, ...first, 'cluster', 'serve'];
}
