import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cleanup } from '../base/cleanup.ts';
import { hostClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { createLog, type LogLevel } from '../base/log.ts';
import { Toolbox } from '../tools/toolbox.ts';
import { type App, EXIT } from './app.ts';
import { clientHomes } from './client-environment.ts';
import { runCommand } from './command.ts';
import { speakAsInstalled } from './installed-words.ts';
import { Interrupts } from './interrupts.ts';
import { renderError } from './render-error.ts';
import { WorkingFolder } from './working-folder.ts';

// The one place that touches the process: its arguments, environment, streams, signals and exit code.
const here = path.dirname(fileURLToPath(import.meta.url));
const projectRoot =
  [path.resolve(here, '../..'), path.resolve(here, '../../..')].find((folder) => existsSync(path.join(folder, 'package.json'))) ??
  process.cwd();
const cleanup = new Cleanup();
const interrupts = new Interrupts({
  clock: hostClock,
  cleanup,
  stderr: (text) => {
    process.stderr.write(text);
  },
  leave: () => process.exit(EXIT.interrupted),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupts.note(signal));
// A reader that goes away (`canary-lab list | head -1`) or a terminal that is closed is not an error; clean-up goes on without them.
// For commands that run long it is an interrupt: nobody will read what comes.
let endsWithReader = false;
let exitCodeOfInterrupt: number = EXIT.interrupted;
const GONE = ['EPIPE', 'EIO', 'EBADF', 'ENOTCONN', 'ERR_STREAM_DESTROYED'];
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.includes(error.code ?? '')) throw error;
    if (error.code !== 'EPIPE' || !endsWithReader || interrupts.signal.aborted) return;
    exitCodeOfInterrupt = EXIT.pipeClosed;
    interrupts.readerGone();
  });

// The published package is the compiled tree in `dist`; a checkout has its npm scripts.
if (path.basename(projectRoot) === 'dist') for (const stream of [process.stdout, process.stderr]) speakAsInstalled(stream);

const folder = new WorkingFolder(process.cwd());
const log = createLog((line) => process.stderr.write(`${line}\n`), (process.env['CANARY_LAB_LOG'] as LogLevel | undefined) ?? 'silent');
const app: App = {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: hostClock,
  log,
  signal: interrupts.signal,
  interrupt: () => interrupts.note('SIGINT'),
  endWithReader: () => {
    endsWithReader = true;
  },
  cleanup,
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
  if (!interrupts.signal.aborted) process.stderr.write(renderError(error));
  exitCode = EXIT.misused;
}
try {
  await app.cleanup.run();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\nNext: npm run doctor -- --leftovers\n`);
  exitCode ||= EXIT.checkFailed;
}
if (interrupts.signal.aborted) exitCode = exitCodeOfInterrupt;
// Handles that a client program left open must not keep the program alive once everything is undone.
process.exit(exitCode);
