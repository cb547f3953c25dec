import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cleanup } from '../base/cleanup.ts';
import { hostClock } from '../base/clock.ts';
import { LabError, messageOf } from '../base/errors.ts';
import { createLog, type LogLevel } from '../base/log.ts';
import { Toolbox } from '../tools/toolbox.ts';
import { type App, EXIT } from './app.ts';
import { clientHomes } from './client-environment.ts';
import { runCommand } from './command.ts';
import { renderError } from './render-error.ts';
import { WorkingFolder } from './working-folder.ts';

// The one place that touches the process: its arguments, environment, streams, signals and exit code.
const here = path.dirname(fileURLToPath(import.meta.url));
const projectRoot =
  [path.resolve(here, '../..'), path.resolve(here, '../../..')].find((folder) => existsSync(path.join(folder, 'package.json'))) ??
  process.cwd();
const interrupt = new AbortController();
let interrupts = 0;
function onInterrupt(signal: string): void {
  interrupts += 1;
  interrupt.abort(new LabError('INTERRUPTED', `Interrupted by ${signal}.`));
  // Clean-up is bounded in time; who presses Ctrl-C a third time wants out now.
  if (interrupts >= 3) process.exit(EXIT.interrupted);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => onInterrupt(signal));
// A reader that goes away (`canary-lab list | head -1`) or a terminal that is closed is not an error; clean-up goes on without them.
const GONE = ['EPIPE', 'EIO', 'EBADF', 'ENOTCONN', 'ERR_STREAM_DESTROYED'];
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.includes(error.code ?? '')) throw error;
  });

const folder = new WorkingFolder(process.cwd());
const log = createLog((line) => process.stderr.write(`${line}\n`), (process.env['CANARY_LAB_LOG'] as LogLevel | undefined) ?? 'silent');
const app: App = {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: hostClock,
  log,
  signal: interrupt.signal,
  interrupt: () => onInterrupt('SIGINT'),
  cleanup: new Cleanup(),
  tools: new Toolbox({
    clock: hostClock,
    env: process.env,
    cacheDirectory: folder.cache,
    workingDirectory: process.cwd(),
    sources: process.env['CANARY_LAB_CLIENTS'] as 'npm' | 'path' | undefined,
    programEnv: clientHomes(folder.root),
  }),
  folder,
  workingDirectory: process.cwd(),
  projectRoot,
  selfCommand: [process.execPath, process.argv[1] ?? fileURLToPath(import.meta.url)],
  pluginProgram: path.join(projectRoot, 'bin', 'kubectl-argo-rollouts.js'),
};

let exitCode: number;
try {
  exitCode = await runCommand(process.argv.slice(2), app);
} catch (error) {
  if (!interrupt.signal.aborted) process.stderr.write(renderError(error));
  exitCode = EXIT.misused;
}
try {
  await app.cleanup.run();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\nNext: look at what is left with "npm run cluster -- list".\n`);
  exitCode ||= EXIT.checkFailed;
}
if (interrupt.signal.aborted) exitCode = EXIT.interrupted;
// Handles that a client program left open must not keep the program alive once everything is undone.
process.exit(exitCode);
