import { afterEach, beforeEach, expect, it } from 'vitest';
import { Activity } from '../../base/activity.ts';
import { hostClock, nextTurn } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { Controller, DONE } from './controller.ts';

let activity: Activity;
let ending: AbortController;
let passes: string[];
let blocked: Promise<void> | undefined;
let controller: Controller;
beforeEach(() => {
  activity = new Activity();
  ending = new AbortController();
  passes = [];
  blocked = undefined;
  controller = new Controller(
    {
      name: 'test',
      concurrency: 2,
      async reconcile(key) {
        passes.push(`${key} begins`);
        await blocked;
        passes.push(`${key} ends`);
        return DONE;
      },
    },
    { activity, clock: hostClock, log: silentLog },
  );
  controller.start(ending.signal);
});
afterEach(() => ending.abort());

it('begins no pass while it is held, and one for each key when it is let go', async () => {
  const release = activity.hold();
  for (const key of ['a', 'b', 'a']) controller.enqueue(key);
  await nextTurn();
  expect(passes).toEqual([]);
  expect(activity.inFlight).toEqual(['test a', 'test b']);
  release();
  await activity.settled();
  expect([...passes].sort()).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

it('is held until the last of those who hold it lets go', async () => {
  const releases = [activity.hold(), activity.hold()];
  controller.enqueue('a');
  releases[0]!();
  await nextTurn();
  expect([activity.isHeld, passes]).toEqual([true, []]);
  releases[1]!();
  await activity.settled();
  expect(passes).toEqual(['a begins', 'a ends']);
});

it('ends a pass that runs when it is held, and begins the next one later', async () => {
  let unblock = (): void => {};
  blocked = new Promise((resolve) => {
    unblock = resolve;
  });
  controller.enqueue('a');
  const release = activity.hold();
  controller.enqueue('a');
  let isQuiet = false;
  void activity.reconcilesEnded().then(() => {
    isQuiet = true;
  });
  await nextTurn();
  expect([passes, isQuiet]).toEqual([['a begins'], false]);
  unblock();
  await nextTurn();
  expect([passes, isQuiet]).toEqual([['a begins', 'a ends'], true]);
  release();
  await activity.settled();
  expect(passes).toEqual(['a begins', 'a ends', 'a begins', 'a ends']);
});

it('begins nothing after its end, though it was held then', async () => {
  const release = activity.hold();
  controller.enqueue('a');
  ending.abort();
  release();
  await activity.settled();
  expect(passes).toEqual([]);
});
