import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { textWidth } from '../../src/harness/renderers/text-width.ts';
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

async function labIn(columns: number, args: readonly string[], env: Record<string, string>): Promise<TwoPanes> {
  panes = await TwoPanes.open([process.execPath, path.join(projectRoot, 'bin', 'canary-lab.js'), 'lab', ...args], {
    folder: place.folder,
    env: { ...env, TERM: 'xterm-256color' },
    columns,
    rows: 30,
  });
  return panes;
}

it.skipIf(!hasTmux)(
  'shows the Rollout as a tree and the traffic as a bar while a learner works, within the width, and nothing of it afterwards',
  async () => {
    const { NO_COLOR: _, ...colourful } = place.environment;
    const open = await labIn(60, ['02', '--hands-on', '--from', 'set-image', '--until', 'set-image', '--lang', 'ko'], colourful);
    const waiting = await open.shows(0, /직접 해 볼 차례[\s\S]*⟳ sample-app {2}✔ Healthy[\s\S]*트래픽 {2}█+\n +█ stable 100 %/, 60_000);
    const live = waiting.slice(waiting.lastIndexOf('⟳ sample-app'));
    for (const line of live.split('\n')) expect(textWidth(line), line).toBeLessThan(60);
    await open.press(0, 's');
    await open.shows(0, /Enter 키를 누르면/);
    const after = await open.screen(0);
    expect(after).not.toMatch(/⟳|트래픽 {2}/);
    const checks = after.match(/^✔ .*/gm) ?? [];
    expect(checks.length).toBeGreaterThan(10);
    expect(new Set(checks).size).toBe(checks.length);
    await open.press(0, 'Enter');
    await open.ended(0);
  },
  240_000,
);

it.skipIf(!hasTmux)(
  'prints lines only where colours are not wanted',
  async () => {
    const open = await labIn(80, ['02', '--hands-on', '--from', 'set-image', '--until', 'set-image', '--lang', 'en'], place.environment);
    const screen = await open.shows(0, /Your turn[\s\S]*not yet: /, 60_000);
    expect(screen).not.toMatch(/⟳|traffic {2}/);
    await open.press(0, 'q');
    await open.ended(0);
    const name = /--name (lab-\w+)/.exec(await open.screen(0))?.[1] ?? '';
    expect((await place.run(['cluster', 'down', '--name', name])).exitCode).toBe(0);
  },
  240_000,
);
