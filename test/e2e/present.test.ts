import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { poll } from '../../src/base/poll.ts';
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

async function present(args: readonly string[], size: { columns: number; rows: number }): Promise<TwoPanes> {
  panes = await TwoPanes.open([process.execPath, path.join(projectRoot, 'bin', 'canary-lab.js'), 'lab', ...args], {
    folder: place.folder,
    env: { ...place.environment, TERM: 'xterm-256color' },
    ...size,
  });
  return panes;
}

/** Goes on until the summary stands on the usual screen; resolves with every slide at which it waited. */
async function slidesToTheEnd(open: TwoPanes): Promise<string[]> {
  const slides: string[] = [];
  for (;;) {
    const before = await open.screen(0);
    if (/All is well/.test(before) || /모두 정상/.test(before)) return slides;
    slides.push(before);
    await open.press(0, 'Space');
    await poll(
      () => open.screen(0),
      {
        until: (now) => now !== before && /Space: |All is well|모두 정상/.test(now),
        everyMs: 40,
        timeoutMs: 60_000,
        what: 'the next slide',
      },
      { clock: hostClock },
    );
  }
}

it.skipIf(!hasTmux)(
  'shows one idea at a time, runs a command only when the presenter goes on, and looks back',
  async () => {
    const open = await present(['01', '--present', '--until', '1', '--lang', 'en'], { columns: 100, rows: 30 });
    await open.shows(0, /A simple canary[\s\S]*Space: go on/);
    await open.press(0, 'Space');
    expect(await open.shows(0, /Step 1 of 1 · Install[\s\S]*Space: go on/)).toMatch(/[▀▄█]{3}/);
    await open.press(0, 'Enter');
    expect(await open.shows(0, /\$ kubectl get nodes[\s\S]*Space: run it/)).not.toContain('Ready');
    await open.press(0, 'Right');
    await open.shows(0, /canary-lab-control-plane +Ready[\s\S]*Space: go on/);
    await open.press(0, 'Left');
    await open.shows(0, /[▀▄█]{3}[\s\S]*\$ kubectl get nodes[\s\S]*Space: go on/);
    await open.press(0, 'Space');
    await open.shows(0, /canary-lab-control-plane +Ready[\s\S]*Space: go on/);
    const slides = await slidesToTheEnd(open);
    expect(slides.some((slide) => /✔ a node is Ready\n[\s\S]*✔ Deployment ingress-nginx-controller has/.test(slide))).toBe(true);
    expect(slides.at(-1)).toContain('retired since March 2026');
    expect(await open.screen(0)).not.toMatch(/Space:/);
    await open.ended(0);
    await open.close();
    expect(await place.leftovers()).toEqual([]);
  },
  240_000,
);

it.skipIf(!hasTmux)(
  'keeps every line of its slides within a narrow terminal, in Korean',
  async () => {
    const open = await present(['02', '--present', '--from', '4', '--until', '4', '--lang', 'ko'], { columns: 60, rows: 30 });
    await open.shows(0, /Space: 계속/);
    const slides = await slidesToTheEnd(open);
    expect(slides.length).toBeGreaterThan(5);
    for (const line of slides.join('\n').split('\n')) expect(textWidth(line), line).toBeLessThan(60);
    await open.ended(0);
  },
  240_000,
);

it.skipIf(!hasTmux)('ends as an interruption with q, gives the screen back and cleans up', async () => {
  const open = await present(['01', '--present', '--lang', 'en'], { columns: 80, rows: 24 });
  await open.shows(0, /Space: go on/);
  await open.press(0, 'q');
  expect(await open.shows(0, /Interrupted: 0 checks passed/)).not.toContain('Space:');
  await open.ended(0);
  await open.close();
  expect(await place.leftovers()).toEqual([]);
});

it('needs a terminal, and does not go together with another way of going on', async () => {
  const piped = await place.run(['lab', '--present']);
  expect(piped.stderr).toMatch(/^Error: --present needs a terminal.*\nNext: /m);
  expect(piped.exitCode).toBe(2);
  const both = await place.run(['lab', '--present', '--hands-on']);
  expect(both.stderr).toMatch(/^Error: --present and --hands-on do not go together\.\nNext: /m);
  expect(both.exitCode).toBe(2);
});
