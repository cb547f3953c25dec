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
