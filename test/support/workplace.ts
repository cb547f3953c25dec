import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa, type Result } from 'execa';
import { hostClock } from '../../src/base/clock.ts';

export const projectRoot = path.resolve(import.meta.dirname, '../..');
const program = path.join(projectRoot, 'bin', 'canary-lab.js');
const sharedCache = path.join(projectRoot, 'node_modules', '.cache', 'canary-lab-clients');

export interface RunOptions {
  env?: Record<string, string>;
  input?: string;
  cancelSignal?: AbortSignal;
  /** What `cancelSignal` sends; SIGTERM by default. */
  killSignal?: 'SIGKILL';
  /** `pid` is the process of the program itself. */
  onEvent?: (event: Record<string, unknown>, pid: number) => void | Promise<void>;
  timeoutMs?: number;
  /** For `--step`: Enter is pressed for each step when `onEvent` has returned from its beginning, so that what it does comes before the step. */
  pressesEnter?: boolean;
}

/** How long a process that was told to end may take for it. */
const ENDING_MS = 10_000;

/** A folder and a home of one's own, in which the program is run as a user would run it; `leftovers` says what it left there. */
export class Workplace {
  readonly folder: string;
  readonly home: string;

  private constructor(folder: string) {
    this.folder = path.join(folder, 'work');
    this.home = path.join(folder, 'home');
  }

  static async create(): Promise<Workplace> {
    const place = new Workplace(await mkdtemp(path.join(tmpdir(), 'workplace-')));
    await mkdir(place.home);
    await mkdir(path.join(place.folder, '.canary-lab'), { recursive: true, mode: 0o700 });
    // kubectl and helm are unpacked once for all tests.
    await mkdir(sharedCache, { recursive: true });
    await symlink(sharedCache, path.join(place.folder, '.canary-lab', 'cache'));
    return place;
  }

  get environment(): Record<string, string> {
    const { PATH = '', TERM = 'dumb', LANG = 'C.UTF-8' } = process.env;
    return { PATH, TERM, LANG, HOME: this.home, CANARY_LAB_CLIENTS: 'npm', NO_COLOR: '1' };
  }

  /** Runs `canary-lab ARGS`; never rejects because of the exit code. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Result<{ reject: false }> & { stdout: string; stderr: string }> {
    const child = execa(process.execPath, [program, ...args], {
      cwd: this.folder,
      env: { ...this.environment, ...options.env },
      extendEnv: false,
      reject: false,
      timeout: options.timeoutMs ?? 120_000,
      ...(options.pressesEnter === true
        ? { stdin: 'pipe' as const }
        : options.input === undefined
          ? { stdin: 'ignore' as const }
          : { input: options.input }),
      ...(options.cancelSignal === undefined
        ? {}
        : {
            cancelSignal: options.cancelSignal,
            forceKillAfterDelay: false as const,
            killSignal: options.killSignal ?? ('SIGTERM' as const),
          }),
    });
    if (options.onEvent !== undefined)
      for await (const line of child) {
        if (!line.startsWith('{')) continue;
        const event = JSON.parse(line) as Record<string, unknown>;
        await options.onEvent(event, child.pid!);
        if (options.pressesEnter === true && event['type'] === 'step-started') child.stdin?.write('\n');
      }
    return (await child) as Result<{ reject: false }> & { stdout: string; stderr: string };
  }

  /** The processes that name the folder now. */
  async processes(): Promise<string[]> {
    const found: string[] = [];
    for (const pid of (await readdir('/proc').catch(() => [] as string[])).filter(
      (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
    )) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (command.includes(this.folder)) found.push(`process ${pid}: ${command.replaceAll('\0', ' ')}`);
    }
    return found;
  }

  /** The processes that still name the folder when those that are ending have had the time for it. */
  async lastingProcesses(): Promise<string[]> {
    const untilMs = hostClock.nowMs() + ENDING_MS;
    for (;;) {
      const found = await this.processes();
      if (found.length === 0 || hostClock.nowMs() >= untilMs) return found;
      await hostClock.sleep(50);
    }
  }

  /** The folders of runs that are there. */
  async runFolders(): Promise<string[]> {
    return readdir(path.join(this.folder, '.canary-lab', 'runs')).catch(() => []);
  }

  /** Everything that a run must not leave: processes that name the folder, run folders, files in the home. Kept clusters are named too. */
  async leftovers(): Promise<string[]> {
    const found = await this.lastingProcesses();
    for (const kind of ['runs', 'clusters'])
      for (const name of await readdir(path.join(this.folder, '.canary-lab', kind)).catch(() => [] as string[]))
        found.push(`.canary-lab/${kind}/${name}`);
    for (const name of await readdir(this.home)) found.push(`home/${name}`);
    for (const name of (await readdir(this.folder)).filter((entry) => entry !== '.canary-lab' && !entry.startsWith('out')))
      found.push(name);
    return found;
  }

  async remove(): Promise<void> {
    await rm(path.dirname(this.folder), { recursive: true, force: true });
  }
}
