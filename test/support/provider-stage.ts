import path from 'node:path';
import { expect } from 'vitest';
import { sampleAppImages } from '../../src/cluster/local-image.ts';
import type { ClusterProvider, ClusterSpec } from '../../src/cluster/provider.ts';
import type { FakeMachine } from './fake-machine.ts';
import { projectRoot } from './workplace.ts';

/** Two versions of the sample app, under a repository that nobody pulls from. */
export const images = sampleAppImages('example.com/sample-app', ['1.0.0', '2.0.0'], path.join(projectRoot, 'sample-app'));

/** The cluster of a run called `run-Ab12` on this machine, with both images unless `more` says otherwise. */
export function specOn(machine: FakeMachine, more: Partial<ClusterSpec> = {}): ClusterSpec {
  return { name: 'run-Ab12', directory: machine.directory, seed: 1, keep: false, images, ...more };
}

const SLOW_MS = 60;

/**
 * Interrupts the making of a cluster at each command that it runs, once as the command starts and once in the middle of it, each time on a new machine, and
 * expects that the undo leaves nothing there. `fresh` makes the machine, and `providerOn` the provider, which tells of each command that it starts.
 */
export async function expectNothingLeftAfterInterrupts(
  fresh: (env: Record<string, string>) => Promise<FakeMachine>,
  providerOn: (machine: FakeMachine, onStart?: () => void) => ClusterProvider,
): Promise<void> {
  const whole = await fresh({});
  const all = whole.context();
  await providerOn(whole).create(specOn(whole, { images: images.slice(0, 1) }), all);
  const commands = (await whole.calls()).length;
  await all.cleanup.run();
  await whole.remove();
  expect(commands).toBeGreaterThan(3);
  for (let at = 1; at <= commands; at += 1)
    for (const slowMs of [0, SLOW_MS]) {
      const machine = await fresh({ FAKE_SLOW_MS: String(slowMs) });
      const stop = new AbortController();
      const interrupt = (): void => stop.abort(new Error('interrupted'));
      let started = 0;
      const provider = providerOn(machine, () => {
        started += 1;
        if (started !== at) return;
        if (slowMs === 0) interrupt();
        else setTimeout(interrupt, slowMs * 2);
      });
      const ctx = machine.context(stop.signal);
      const error = await provider.create(specOn(machine, { images: images.slice(0, 1) }), ctx).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error !== undefined) expect(error).toBe(stop.signal.reason);
      await ctx.cleanup.run();
      expect(await machine.exists(), `interrupted at command ${at}`).toEqual([]);
      await machine.remove();
    }
}
