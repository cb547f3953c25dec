import path from 'node:path';
import { execa } from 'execa';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { projectRoot, Workplace } from './workplace.ts';

/** A kept cluster and a shell that has what `cluster up` printed. */
export class KeptCluster {
  readonly place: Workplace;
  readonly shell: Record<string, string>;

  private constructor(place: Workplace, shell: Record<string, string>) {
    this.place = place;
    this.shell = shell;
  }

  /** Starts it and, when `until` is given, runs lab 02 up to that step and leaves everything as it is then. */
  static async up(until?: string): Promise<KeptCluster> {
    const place = await Workplace.create();
    const up = await place.run(['cluster', 'up']);
    if (up.exitCode !== 0) throw new Error(up.stderr);
    const exported = Object.fromEntries(
      [...up.stdout.matchAll(/^export (\w+)=(.*)$/gm)].map((match) => [match[1]!, match[2]!.replace(/:"\$PATH"$/, '')]),
    );
    const clients = await Promise.all(['kubectl', 'helm'].map((name) => npmCopy(name, path.join(place.folder, '.canary-lab', 'cache'))));
    const shell = {
      ...place.environment,
      ...exported,
      PATH: [exported['PATH'], ...clients.map((client) => path.dirname(client!)), process.env['PATH']].join(path.delimiter),
    };
    if (until !== undefined) {
      const lab = await place.run(['lab', '--cluster', 'existing', '--until', until, '--keep'], {
        env: { KUBECONFIG: exported['KUBECONFIG']! },
      });
      if (lab.exitCode !== 0) throw new Error(lab.stderr);
    }
    return new KeptCluster(place, shell);
  }

  /** Types a command in that shell, in the project's folder; a failing exit code is a result. */
  async type(program: string, args: readonly string[]): Promise<{ output: string; exitCode: number | undefined }> {
    const { all, exitCode } = await execa(program, args, {
      env: this.shell,
      extendEnv: false,
      cwd: projectRoot,
      reject: false,
      all: true,
      stdin: 'ignore',
    });
    return { output: all, exitCode };
  }

  /** Ends it and gives what it left behind besides the folders of runs that were asked to stay. */
  async down(): Promise<string[]> {
    await this.place.run(['cluster', 'down']);
    const left = (await this.place.leftovers()).filter((entry) => !entry.startsWith('.canary-lab/runs/'));
    await this.place.remove();
    return left;
  }
}
