/** What a command's action sets: the program's exit code. */
export interface Outcome {
  exitCode: number;
}
