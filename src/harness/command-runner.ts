/** The client programs that a lab may name. */
export type LabProgram = 'kubectl' | 'helm';

/** What a program that ended did. `argv` starts with the program's name. */
export interface RanCommand {
  argv: string[];
  exitCode: number;
  durationMs: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  signal?: AbortSignal | undefined;
  onOutput?: ((chunk: string, stream: 'stdout' | 'stderr') => void) | undefined;
  timeoutMs?: number | undefined;
}

/**
 * Runs client programs against the cluster of the run: KUBECONFIG, KUBECACHEDIR, HELM_* and a PATH with the kubectl plugin
 * are set. A failing exit code is a result; a missing program rejects with `PROGRAM_MISSING`. `Toolbox` is one.
 */
export interface CommandRunner {
  run(program: LabProgram, args: readonly string[], options?: CommandOptions): Promise<RanCommand>;
}
