import { chmod, mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workplace } from '../support/workplace.ts';

let place: Workplace;
let server: http.Server;
let url: string;
beforeEach(async () => {
  place = await Workplace.create();
  let count = 0;
  server = http.createServer((request, response) => {
    count += 1;
    response.end(
      JSON.stringify({
        version: request.headers['x-canary'] === 'always' || count % 4 === 0 ? '2.0.0' : '1.0.0',
        host: request.headers.host,
      }),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/success`;
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await place.remove();
});

it('counts which version answers, at the rate that was asked for', async () => {
  const { stdout, exitCode } = await place.run(['traffic', url, '--rate', '100', '--duration', '400ms', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ requests: 40, failed: 0, byKey: { '1.0.0': 30, '2.0.0': 10 } });
  expect(exitCode).toBe(0);
});

it('sends the header it is given', async () => {
  const { stdout } = await place.run(['traffic', url, '--rate', '100', '--duration', '100ms', '--header', 'X-Canary: always']);
  expect(stdout).toMatch(/^10 requests, 0 failed \(200: 10\)\n {2}2\.0\.0 {2}10 {2}100\.0 %\n/);
});

it('runs k6 with the shipped script where it is on PATH, and gives the same figures', async () => {
  const folder = path.join(place.folder, 'out-bin');
  await mkdir(folder);
  // Stands for k6: writes one point for the target and rate it was given.
  await writeFile(
    path.join(folder, 'k6'),
    `#!${process.execPath}
const { writeFileSync, existsSync } = require('node:fs');
const args = process.argv.slice(2);
if (!existsSync(args.at(-1)) || !args.includes('RATE=50')) process.exit(3);
const file = args[args.indexOf('--out') + 1].slice('json='.length);
writeFileSync(file, JSON.stringify({ type: 'Point', metric: 'answer_time', data: { time: '2024-01-01T00:00:00Z', value: 2, tags: { status: '200', version: '9.9.9' } } }) + '\\n');
`,
  );
  await chmod(path.join(folder, 'k6'), 0o755);
  const { stdout, exitCode } = await place.run(['traffic', url, '--rate', '50', '--duration', '1s'], {
    env: { CANARY_LAB_CLIENTS: 'path', PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` },
  });
  expect(stdout).toMatch(/^1 requests, 0 failed \(200: 1\)\n {2}9\.9\.9 {2}1 {2}100\.0 %\n/);
  expect(exitCode).toBe(0);
});

it.each([
  [['http://example.com/'], '"example.com" is not this machine.'],
  [['nothing'], 'The target is "nothing", which is no URL.'],
  [['http://127.0.0.1:1/', '--rate', 'fast'], '--rate is "fast"'],
  [['http://127.0.0.1:1/', '--with', 'ab'], '--with is "ab", which is not one of: k6, built-in.'],
  [['http://127.0.0.1:1/', '--with', 'built-in'], 'Nothing listens at http://127.0.0.1:1.'],
])('refuses %j and says what to do', async (args, text) => {
  const result = await place.run(['traffic', ...args]);
  expect(result.stderr).toContain(text);
  expect(result.stderr).toMatch(/^Next: /m);
  expect(result.exitCode).toBe(2);
});
