import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import lab from '../../labs/02-automated-canary/lab.ts';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { hasTmux, TwoPanes } from '../support/tmux.ts';
import { projectRoot, Workplace } from '../support/workplace.ts';

let place: Workplace;
let panes: TwoPanes | undefined;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await panes?.close();
  await place.remove();
});

/** Opens the lab in one pane and gives the shell in the other what the lab tells the learner to set. */
async function begin(args: readonly string[]): Promise<TwoPanes> {
  const cache = path.join(place.folder, '.canary-lab', 'cache');
  const programs = await Promise.all((['kubectl', 'helm'] as const).map(async (name) => path.dirname((await npmCopy(name, cache)) ?? '')));
  const opened = await TwoPanes.open([process.execPath, path.join(projectRoot, 'bin', 'canary-lab.js'), 'lab', ...args], {
    folder: place.folder,
    env: { ...place.environment, TERM: 'xterm-256color', PATH: [...new Set(programs), place.environment['PATH']].join(':'), PS1: '$ ' },
  });
  panes = opened;
  const screen = await opened.shows(0, /Your turn/);
  for (const line of screen.match(/^export .*$/gm) ?? []) {
    await opened.type(1, line);
    await opened.press(1, 'Enter');
  }
  return opened;
}

/** Types the commands of the step that the lab now waits for, as they stand on its screen, in the shell. */
async function typeCommands(open: TwoPanes, number: number): Promise<void> {
  const screen = await open.shows(0, new RegExp(`Step ${number} of [\\s\\S]*Your turn[\\s\\S]*q: stop`));
  const turn = screen.slice(screen.lastIndexOf('Your turn'));
  for (const [index, command] of [...turn.matchAll(/^ {4}(\S.*)$/gm)].map((match) => match[1]!).entries()) {
    await open.type(1, `${command}; echo "typed:${number}:${index}:$?"`);
    await open.press(1, 'Enter');
    await open.shows(1, new RegExp(`^typed:${number}:${index}:0$`, 'm'));
  }
}

it.skipIf(!hasTmux)(
  'follows a learner who types every command of lab 02 in another pane',
  async () => {
    const open = await begin(['--hands-on', '--seed', '1', '--lang', 'en']);
    for (const [index, step] of lab.steps.entries()) {
      const number = index + 1;
      if (step.run.some((action) => action.do === 'time-passes' || (action.do === 'command' && action.endsWhen !== undefined))) {
        await open.shows(0, new RegExp(`Step ${number} of [\\s\\S]*q: stop`));
        await open.press(0, 's');
      } else {
        await typeCommands(open, number);
        if (step.kind === 'invariant') await open.press(0, 'Enter');
      }
      if (index + 1 < lab.steps.length) await open.shows(0, new RegExp(`Step ${number + 1} of `));
    }
    await open.shows(0, /Enter ends the cluster/);
    await open.press(0, 'Enter');
    const screen = await open.shows(0, /All is well: .*checks passed, 0 failed[\s\S]*is gone/);
    expect(screen).toContain('Cluster "lab-');
    expect(screen).not.toMatch(/✖/);
  },
  300_000,
);

it.skipIf(!hasTmux)(
  'gives a hint that names what is unmet, solves a step, goes back to the start of one, stops, and goes on later at the same step',
  async () => {
    const open = await begin(['01', '--hands-on', '--lang', 'en']);
    await open.shows(0, /not yet: /);
    await open.press(0, 'h');
    await open.shows(0, /Hint: not yet: .*expected .*observed/);
    await open.press(0, 's');
    await open.shows(0, /Step 2 of /);
    await open.type(1, 'kubectl create namespace stray; echo "typed:$?"');
    await open.press(1, 'Enter');
    await open.shows(1, /^typed:0$/m);
    await open.press(0, 'b');
    await open.shows(0, /as it was at the start of this step[\s\S]*Your turn/);
    await open.type(1, 'kubectl get namespaces; echo "looked:$?"');
    await open.press(1, 'Enter');
    expect((await open.shows(1, /^looked:0$/m)).split('typed:0').at(-1)).not.toMatch(/^stray/m);
    await open.press(0, 'q');
    await open.shows(0, /canary-lab lab --resume[\s\S]*left as it is[\s\S]*End it with/);
    await open.ended(0);
    const resumed = await place.run(['lab', '--resume', '--lang', 'en'], { input: 'sq' });
    expect(resumed.stderr).toContain('Install the sample app, twice');
    expect(resumed.stderr).toContain('STATUS: deployed');
    expect(resumed.exitCode).toBe(130);
    const name = /--name (lab-\w+)/.exec(resumed.stderr)?.[1] ?? '';
    expect((await place.run(['cluster', 'down', '--name', name])).exitCode).toBe(0);
  },
  180_000,
);
