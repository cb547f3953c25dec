import { runPlugin } from '../../src/plugin/run-plugin.ts';
import type { StageBase } from './rollout-stage.ts';

interface PluginResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** The plugin as a user runs it, on a stage's API and clock. Words are separated by blanks. */
export async function runPluginOn(stage: StageBase, line: string, files: Readonly<Record<string, string>> = {}): Promise<PluginResult> {
  return startPluginOn(stage, line, files).result;
}

/** The same for a command that goes on: `hasPrinted` resolves at its first output, from when on it follows what happens on the stage. */
export function startPluginOn(
  stage: StageBase,
  line: string,
  files: Readonly<Record<string, string>> = {},
): { hasPrinted: Promise<void>; result: Promise<PluginResult> } {
  let [stdout, stderr] = ['', ''];
  const printed = Promise.withResolvers<void>();
  const run = async (): Promise<PluginResult> => {
    const code = await runPlugin(line.split(' '), {
      env: {},
      clock: stage.clock,
      signal: new AbortController().signal,
      stdout: (text) => {
        stdout += text;
        printed.resolve();
      },
      stderr: (text) => {
        stderr += text;
      },
      readFile: (file) =>
        files[file] === undefined ? Promise.reject(new Error(`open ${file}: no such file or directory`)) : Promise.resolve(files[file]),
      connect: async (options) => ({
        api: stage.api,
        namespace: options.namespace ?? stage.namespace,
        context: 'test',
        server: 'https://127.0.0.1:1',
        raw: async () => '',
        serverNowMs: () => stage.nowMs(),
        close: () => {},
      }),
    });
    await stage.settled();
    return { code, stdout, stderr };
  };
  return { hasPrinted: printed.promise, result: run() };
}
