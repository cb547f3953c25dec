/** What a program's own flags are, as commander keeps them. */
interface Flag {
  long?: string | undefined;
  short?: string | undefined;
  /** Its value is the next argument. */
  required: boolean;
}

/** The first of `args` that is neither one of the program's `flags` nor the value of one: the name of the command, if there is any. */
export function commandWord(args: readonly string[], flags: readonly Flag[]): string | undefined {
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]!;
    if (!argument.startsWith('-')) return argument;
    if (flags.some((flag) => flag.required && (argument === flag.long || argument === flag.short))) index++;
  }
  return undefined;
}
