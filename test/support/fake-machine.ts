import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Cleanup } from '../../src/base/cleanup.ts';
import type { Clock } from '../../src/base/clock.ts';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { RunContext } from '../../src/base/run-context.ts';
import { Toolbox } from '../../src/tools/toolbox.ts';
import { projectRoot } from './workplace.ts';

const KINDS = ['clusters', 'profiles', 'networks', 'images', 'containers', 'volumes', 'snapshots'] as const;
type Kind = (typeof KINDS)[number];
export type FakeProgram = 'docker' | 'podman' | 'kind' | 'minikube' | 'kubectl' | 'helm' | 'k6';

/** A machine whose programs are the fakes of test/fixtures/fake-programs: `exists` says what is on it, `calls` what was run. */
export class FakeMachine {
  readonly folder: string;
  readonly state: string;
  readonly env: Record<string, string>;

  private constructor(folder: string, env: Record<string, string>) {
    this.folder = folder;
    this.state = path.join(folder, 'state');
    this.env = {
      PATH: [path.join(folder, 'bin'), path.dirname(process.execPath)].join(path.delimiter),
      HOME: folder,
      FAKE_STATE: this.state,
      ...env,
    };
  }

  static async with(programs: readonly FakeProgram[], env: Record<string, string> = {}): Promise<FakeMachine> {
    const machine = new FakeMachine(await mkdtemp(path.join(tmpdir(), 'fake-machine-')), env);
    for (const name of ['bin', 'state', 'run']) await mkdir(path.join(machine.folder, name));
    for (const name of programs)
      await symlink(path.join(projectRoot, 'test', 'fixtures', 'fake-programs', `${name}.mjs`), path.join(machine.folder, 'bin', name));
    if (programs.includes('kubectl')) {
      // The context that the fake kubectl calls current.
      await mkdir(path.join(machine.folder, '.kube'));
      await writeFile(path.join(machine.folder, '.kube', 'config'), 'current-context: kind-shop\ncontexts:\n- name: kind-shop\n');
    }
    return machine;
  }

  get directory(): string {
    return path.join(this.folder, 'run');
  }

  toolbox(onStart?: (argv: readonly string[]) => void): Toolbox {
    return new Toolbox({
      clock: hostClock,
      env: this.env,
      cacheDirectory: path.join(this.folder, 'cache'),
      workingDirectory: this.folder,
      sources: 'path',
      onStart,
    });
  }

  context(signal: AbortSignal = new AbortController().signal, clock: Clock = hostClock): RunContext {
    return { clock, random: seededRandom(1), log: silentLog, signal, cleanup: new Cleanup(), env: this.env, workingDirectory: this.folder };
  }

  /** Command lines of the fakes, in order; arguments that name this machine's folder are shortened. */
  async calls(): Promise<string[]> {
    const log = await readFile(path.join(this.state, 'calls.log'), 'utf8').catch(() => '');
    return log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as string[]).join(' ').replaceAll(this.folder, 'FOLDER').replaceAll(projectRoot, 'PROJECT'));
  }

  /** What there is on the machine: clusters, profiles, networks, images. */
  async exists(): Promise<string[]> {
    const found: string[] = [];
    for (const kind of KINDS) {
      for (const name of await readdir(path.join(this.state, kind)).catch(() => [] as string[]))
        found.push(`${kind}/${decodeURIComponent(name)}`);
    }
    return found.sort();
  }

  async put(kind: Kind, name: string): Promise<void> {
    await mkdir(path.join(this.state, kind), { recursive: true });
    await writeFile(path.join(this.state, kind, encodeURIComponent(name)), '');
  }

  /** Lets the command go on that FAKE_HOLD has stopped, and every later one. */
  async release(): Promise<void> {
    await writeFile(path.join(this.state, 'go'), '');
  }

  async take(kind: Kind, name: string): Promise<void> {
    await rm(path.join(this.state, kind, encodeURIComponent(name)), { force: true });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A clock on which waiting takes no time. */
export function hurriedClock(): Clock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    after: (delayMs, callback) => hostClock.after(delayMs, callback),
    async sleep(delayMs, signal) {
      signal?.throwIfAborted();
      nowMs += delayMs;
    },
  };
}
