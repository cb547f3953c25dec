import type { RunContext } from '../base/run-context.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { Engine } from './container-engine.ts';
import { explainFailure } from './explain-failure.ts';
import type { LocalImage } from './local-image.ts';

/** Builds the images with the engine. Those that were not there before are removed again at the end, unless `keep`. */
export async function buildImages(
  engine: Engine,
  images: readonly LocalImage[],
  deps: { tools: Toolbox; keep: boolean },
  ctx: RunContext,
): Promise<void> {
  const { tools, keep } = deps;
  for (const { reference, context, buildArgs } of images) {
    const wasThere = (await tools.run(engine.name, ['image', 'inspect', reference], { signal: ctx.signal })).exitCode === 0;
    if (!keep && !wasThere)
      ctx.cleanup.add(`image ${reference}`, async (signal) => {
        await tools.run(engine.name, ['image', 'rm', '--force', reference], { signal, isShielded: true });
      });
    const args = Object.entries(buildArgs).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
    const { exitCode, stdout, stderr } = await tools.run(engine.name, ['build', ...args, '--tag', reference, context], {
      signal: ctx.signal,
    });
    if (exitCode !== 0) throw explainFailure('docker', `${stdout}\n${stderr}`, { name: reference, engine: engine.name }, exitCode);
  }
}

/** Writes the images into one archive, for clusters that load archives. */
export async function saveImages(
  engine: Engine,
  images: readonly LocalImage[],
  file: string,
  tools: Toolbox,
  ctx: RunContext,
): Promise<void> {
  const { exitCode, stderr } = await tools.run(
    engine.name,
    ['save', '--output', file, ...(engine.name === 'podman' ? ['--multi-image-archive'] : []), ...images.map(({ reference }) => reference)],
    { signal: ctx.signal },
  );
  if (exitCode !== 0) throw explainFailure('docker', stderr, { name: file, engine: engine.name }, exitCode);
}
