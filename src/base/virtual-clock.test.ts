import { expect, it } from 'vitest';
import { Activity } from './activity.ts';
import { type Clock, hostClock, nextTurn, type Timer } from './clock.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A host clock that moves only when told to. */
function manualHost(): Clock & { move(ms: number): void } {
  let now = 1_000_000;
  let timers: { atMs: number; callback: () => void }[] = [];
  return {
    nowMs: () => now,
    after(delayMs, callback): Timer {
      const timer = { atMs: now + delayMs, callback };
      timers.push(timer);
      return {
        cancel: () => {
          timers = timers.filter((other) => other !== timer);
        },
      };
    },
    sleep: () => Promise.reject(new Error('not used')),
    move(ms) {
      now += ms;
      for (const timer of timers.filter(({ atMs }) => atMs <= now)) {
        timers = timers.filter((other) => other !== timer);
        timer.callback();
      }
    },
  };
}

const make = (rate = 0): { clock: VirtualClock; activity: Activity; host: ReturnType<typeof manualHost> } => {
  const host = manualHost();
  const activity = new Activity();
  return { clock: new VirtualClock({ host, activity, startMs: 0, rate }), activity, host };
};

it('fires timers in the order of their time, and of their making when equal', async () => {
  const { clock } = make();
  const fired: string[] = [];
  clock.after(20, () => fired.push('late'));
  clock.after(10, () => fired.push('first of two'));
  clock.after(10, () => fired.push('second of two'));
  await clock.advanceTo(15);
  expect(fired).toEqual(['first of two', 'second of two']);
  expect(clock.nowMs()).toBe(15);
  await clock.advanceTo(20);
  expect(fired.at(-1)).toBe('late');
});

it('shows each timer its own time while it jumps, and fires the ones made on the way', async () => {
  const { clock } = make();
  const times: number[] = [];
  const tick = (): void => {
    times.push(clock.nowMs());
    if (times.length < 5) clock.after(60_000, tick);
  };
  clock.after(60_000, tick);
  await clock.advanceTo(300_000);
  expect(times).toEqual([60_000, 120_000, 180_000, 240_000, 300_000]);
});

it('does not move past work in flight', async () => {
  const { clock, activity } = make();
  const order: string[] = [];
  clock.after(10, () => {
    const end = activity.begin('reconcile');
    hostClock.after(5, () => {
      order.push(`work ends at ${clock.nowMs()}`);
      end();
    });
  });
  clock.after(11, () => order.push('next timer'));
  await clock.advanceTo(100);
  expect(order).toEqual(['work ends at 10', 'next timer']);
});

it('runs at a multiple of the host clock between advances', () => {
  const { clock, host } = make(60);
  let fired = 0;
  clock.after(60_000, () => {
    fired += 1;
  });
  host.move(999);
  expect(fired).toBe(0);
  host.move(1);
  expect(fired).toBe(1);
  expect(clock.nowMs()).toBe(60_000);
  clock.setRate(0);
  host.move(5000);
  expect(clock.nowMs()).toBe(60_000);
});

it('forgets a cancelled timer and a sleep whose signal aborts', async () => {
  const { clock } = make();
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);
  clock.after(5, () => expect.unreachable()).cancel();
  controller.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  await clock.advanceTo(20);
});

it('counts as settled only when nothing is in flight for a few turns', async () => {
  const activity = new Activity();
  const end = activity.begin('api call');
  let settled = false;
  const waiting = activity.settled().then(() => {
    settled = true;
  });
  await nextTurn();
  expect(settled).toBe(false);
  expect(activity.inFlight).toEqual(['api call']);
  end();
  await waiting;
  expect(settled).toBe(true);
});

it('waits at a high rate for the work of one timer before the next fires, at its own instant', async () => {
  const { clock, activity, host } = make(100);
  const told: string[] = [];
  let finish = (): void => {};
  clock.after(1000, () => {
    told.push(`first at ${clock.nowMs()}`);
    finish = activity.begin('work');
  });
  clock.after(2000, () => told.push(`second at ${clock.nowMs()}`));
  host.move(50);
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(told).toEqual(['first at 1000']);
  expect(clock.nowMs()).toBe(1000);
  finish();
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(told).toEqual(['first at 1000', 'second at 2000']);
  expect(clock.nowMs()).toBe(5000);
});

it('goes on at a high rate after a while, whatever is in flight', async () => {
  const { clock, activity, host } = make(10);
  const end = activity.begin('work that never ends');
  let fired = 0;
  clock.after(100, () => (fired += 1));
  clock.after(200, () => (fired += 1));
  host.move(30);
  await nextTurn();
  expect(fired).toBe(1);
  host.move(250);
  await nextTurn();
  expect(fired).toBe(2);
  end();
});

it('never goes back at a high rate: time that is late stands where its next timer is', async () => {
  const { clock, host } = make(60);
  const seen: number[] = [];
  clock.after(6000, () => seen.push(clock.nowMs()));
  // The host's own timer has not come yet, though it is due.
  const lateHost = host as unknown as { nowMs: () => number };
  const { nowMs } = lateHost;
  lateHost.nowMs = () => nowMs() + 500;
  seen.push(clock.nowMs());
  lateHost.nowMs = nowMs;
  host.move(500);
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(seen).toEqual([6000, 6000]);
  expect(clock.nowMs()).toBe(30_000);
});

it('jumps and changes its rate in the middle of a step', async () => {
  const { clock, activity, host } = make(100);
  const fired: number[] = [];
  let finish = (): void => {};
  clock.after(1000, () => {
    fired.push(clock.nowMs());
    finish = activity.begin('work');
  });
  for (const atMs of [2000, 3000, 9000]) clock.after(atMs, () => fired.push(clock.nowMs()));
  host.move(25);
  clock.setRate(0);
  expect(clock.nowMs()).toBe(1000);
  const jump = clock.advanceTo(3000);
  finish();
  await jump;
  expect(fired).toEqual([1000, 2000, 3000]);
  clock.setRate(100);
  host.move(60);
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(fired).toEqual([1000, 2000, 3000, 9000]);
});
