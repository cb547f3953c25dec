import type { ExecIo, ImageContext } from './image-program.ts';

/** One call of a built-in utility: its arguments without the name, its streams and its environment. */
export interface UtilityCall {
  ctx: ImageContext;
  args: readonly string[];
  io: ExecIo;
  env: Readonly<Record<string, string>>;
}
