/** One word as a POSIX shell (and PowerShell, for what the labs use) reads it back: quoted only when it has to be. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll(`'`, `'\\''`)}'`;
}

/** A command line that can be pasted into a terminal. */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}
