/** What a program's own flags are, as commander keeps them. */
interface Flag {
  long?: string | undefined;
  short?: string | undefined;
  /** It has a value: the next argument, or what follows in the same one. */
  required: boolean;
}

/**
 * The name of the command in `args`, where only that command can answer: behind nothing but the program's own `flags` and their values.
 * `undefined` where there is none, or where the program itself may answer and name its commands: help is asked of it, a flag that it
 * does not know stands before the command, or the last flag has no value.
 */
export function commandWord(args: readonly string[], flags: readonly Flag[]): string | undefined {
  const flagOf = (argument: string | undefined): Flag | undefined =>
    flags.find(({ long, short }) => argument !== undefined && (argument === long || argument === short));
  if (flagOf(args.at(-1))?.required === true) return undefined;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]!;
    if (!argument.startsWith('-')) return argument;
    const flag = flagOf(argument);
    if (flag?.required === true) index++;
    else if (flag === undefined && !flags.some((one) => one.required && hasOwnValue(argument, one))) return undefined;
  }
  return undefined;
}

/** Whether the argument is the flag and its value: `--namespace=shop`, `-nshop`. */
function hasOwnValue(argument: string, { long, short }: Flag): boolean {
  return (long !== undefined && argument.startsWith(`${long}=`)) || (short !== undefined && argument.startsWith(short));
}
