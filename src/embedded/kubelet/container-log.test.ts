import { expect, it } from 'vitest';
import type { LogOptions } from '../apiserver/node-agent.ts';
import { ContainerLog } from './container-log.ts';

async function read(log: ContainerLog, options: LogOptions = {}, signal = new AbortController().signal): Promise<string> {
  let text = '';
  for await (const chunk of log.read({ ...options, nowMs: 10_000 }, signal)) text += chunk;
  return text;
}
function aLog(): ContainerLog {
  const log = new ContainerLog();
  log.append(1000, 'one');
  log.append(5000, 'two\nthree\n');
  return log;
}

it.each([
  [{}, 'one\ntwo\nthree\n'],
  [{ tailLines: 1 }, 'three\n'],
  [{ tailLines: 0 }, ''],
  [{ sinceMs: 6000 }, 'two\nthree\n'],
  [{ limitBytes: 5 }, 'one\nt'],
  [{ tailLines: 1, timestamps: true }, '1970-01-01T00:00:05.000000000Z three\n'],
])('reads with %o', async (options, text) => {
  expect(await read(aLog(), options)).toBe(text);
});

it('follows until the log ends', async () => {
  const log = aLog();
  const text = read(log, { follow: true, tailLines: 1 });
  log.append(6000, 'four');
  await Promise.resolve();
  log.append(7000, 'five');
  log.end();
  expect(await text).toBe('three\nfour\nfive\n');
});

it('ends a follower whose signal aborts', async () => {
  const end = new AbortController();
  const text = read(aLog(), { follow: true }, end.signal);
  end.abort();
  expect(await text).toBe('one\ntwo\nthree\n');
});

it('keeps the newest lines when there are too many', async () => {
  const log = new ContainerLog();
  for (let line = 0; line < 60_000; line++) log.append(line, `line ${line}`);
  expect(log.size).toBeLessThanOrEqual(25_000);
  expect(await read(log, { tailLines: 1 })).toBe('line 59999\n');
});
