import { readFile } from 'node:fs/promises';
import { hostClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { runPlugin } from './run-plugin.ts';

// The one place of the plugin that touches the process.
const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort(new Error(`stopped by ${name}`)));
// A reader that goes away (`| head`) ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') interrupt.abort(error);
  else throw error;
});

process.exitCode = await runPlugin(process.argv.slice(2), {
  env: process.env,
  stdout: (chunk) => {
    process.stdout.write(chunk);
  },
  stderr: (chunk) => {
    process.stderr.write(chunk);
  },
  clock: hostClock,
  signal: interrupt.signal,
  connect: async (options) => (await import('../client/connect.ts')).connect(options),
  serveDashboard: async (options) => (await import('../dashboard/serve-dashboard.ts')).serveDashboard({ ...options, log: silentLog }),
  readFile: async (file) => (file === '-' ? (await import('node:stream/consumers')).text(process.stdin) : readFile(file, 'utf8')),
});
