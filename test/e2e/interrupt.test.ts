import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { projectRoot } from '../support/workplace.ts';

// A real terminal, through npm and the launcher, as a user has it. `script` (util-linux) makes the terminal; its -c is a fixed text.
const hasScript = process.platform === 'linux' && (await execa('script', ['--version'], { reject: false })).exitCode === 0;
const runsFolder = path.join(projectRoot, '.canary-lab', 'runs');
let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'home-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const runsNow = (): Promise<string[]> => readdir(runsFolder).catch(() => []);

async function processesNaming(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(text))
      found.push(`${pid} ${(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')}`);
  }
  return found;
}

/** Runs the lab in a terminal, types Ctrl-C when `moment` has been printed, and resolves with the exit code and the screen. */
async function interruptAt(moment: RegExp, args = ''): Promise<{ exitCode: number | null; screen: string }> {
  const { PATH = '' } = process.env;
  // The directory of this test's own Node is left out: npm and the launcher find theirs.
  const terminal = spawn(
    'script',
    ['--quiet', '--return', '--flush', '--command', `stty cols 120 rows 40; npm run --silent lab --${args}`, '/dev/null'],
    {
      cwd: projectRoot,
      env: { PATH, HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8', CANARY_LAB_CLIENTS: 'npm' },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let screen = '';
  let isTyped = false;
  terminal.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    if (!isTyped && moment.test(screen)) {
      isTyped = true;
      terminal.stdin.write('\x03');
    }
  });
  const [exitCode] = (await once(terminal, 'exit')) as [number | null];
  return { exitCode, screen };
}

it.skipIf(!hasScript).each([
  ['while the cluster starts', /Step|\S/, ''],
  ['between the first commands', /Step 1/, ''],
  ['while helm installs', /helm install/, ''],
  ['in the middle of the walk', /set image/, ''],
  ['while it waits for Enter', /Press Enter/, ' --step'],
])('ends with exit code 130 and leaves nothing when Ctrl-C comes %s', async (_, moment, args) => {
  const before = await runsNow();
  const { exitCode, screen } = await interruptAt(moment, args);
  expect(exitCode, screen.slice(-2000)).toBe(130);
  // Runs of others come and go in this folder.
  await expect.poll(async () => (await runsNow()).filter((name) => !before.includes(name)), { timeout: 90_000 }).toEqual([]);
  await expect.poll(() => processesNaming(`HOME=${home}`)).toEqual([]);
  expect((await readdir(home)).filter((name) => name !== '.npm')).toEqual([]);
});
