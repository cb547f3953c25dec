import type { ImageProgram } from './image-program.ts';
import { lineWriter } from './stand-in.ts';
import { runUtility } from './utilities.ts';

/** `busybox`, `alpine` and `curlimages/curl`: runs the container's command with the built-in utilities. */
export function utilityImage(entrypoint: readonly string[], defaultArgs: readonly string[] = []): ImageProgram {
  return {
    run(ctx) {
      const command = ctx.command.length > 0 ? ctx.command : entrypoint;
      const args = ctx.args.length > 0 || ctx.command.length > 0 ? ctx.args : defaultArgs;
      return runUtility(ctx, [...command, ...args], {
        stdin: undefined,
        stdout: lineWriter(ctx),
        stderr: lineWriter(ctx),
        signal: ctx.signal,
      });
    },
  };
}

/** The images of utilities by repository. */
export const utilityImages: Readonly<Record<string, ImageProgram>> = {
  busybox: utilityImage([], ['sh']),
  alpine: utilityImage([], ['/bin/sh']),
  'curlimages/curl': utilityImage(['curl'], ['--version']),
  'quay.io/curl/curl': utilityImage(['curl'], ['--version']),
};
