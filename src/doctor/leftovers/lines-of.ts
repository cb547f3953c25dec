import type { RunContext } from '../../base/run-context.ts';
import type { ProgramName } from '../../tools/program.ts';
import type { Toolbox } from '../../tools/toolbox.ts';

/** Lines of a program's output, without empty ones; `undefined` when it is missing, fails or is too slow. */
export async function linesOf(
  program: ProgramName,
  args: readonly string[],
  tools: Toolbox,
  ctx: Pick<RunContext, 'signal'>,
): Promise<string[] | undefined> {
  if ((await tools.find(program)) === undefined) return undefined;
  const { exitCode, stdout } = await tools.run(program, args, { signal: ctx.signal, timeoutMs: 15_000 });
  return exitCode === 0
    ? stdout
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    : undefined;
}
