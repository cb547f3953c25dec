import { describe, expect, it } from 'vitest';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';
import { Expectations } from './expectations.ts';
import { slowStart } from './slow-start.ts';

const aClock = (): VirtualClock => new VirtualClock({ host: hostClock, activity: new Activity(), startMs: 0, rate: 0 });

describe('expectations', () => {
  it('hold an owner back until every creation and deletion was observed', () => {
    const expectations = new Expectations(aClock());
    expectations.expectCreations('web', 2);
    expectations.expectDeletions('web', ['a']);
    expectations.creationObserved('web');
    expectations.deletionObserved('web', 'a');
    expect(expectations.satisfied('web')).toBe(false);
    expectations.creationObserved('web');
    expect(expectations.satisfied('web')).toBe(true);
  });

  it('count a deletion that is reported twice once', () => {
    const expectations = new Expectations(aClock());
    expectations.expectDeletions('web', ['a', 'b']);
    expectations.deletionObserved('web', 'a');
    expectations.deletionObserved('web', 'a');
    expect(expectations.satisfied('web')).toBe(false);
  });

  it('give up after five minutes', async () => {
    const clock = aClock();
    const expectations = new Expectations(clock);
    expectations.expectCreations('web', 1);
    await clock.advanceTo(5 * 60_000 - 1);
    expect(expectations.satisfied('web')).toBe(false);
    await clock.advanceTo(5 * 60_000);
    expect(expectations.satisfied('web')).toBe(true);
  });
});

describe('slow start', () => {
  it('stops after the batch in which a call fails', async () => {
    const called: number[] = [];
    const outcome = await slowStart(20, async (index) => {
      called.push(index);
      if (index === 2) throw new Error('quota');
    });
    expect(called).toEqual([0, 1, 2]);
    expect(outcome).toMatchObject({ succeeded: 2, error: { message: 'quota' } });
  });

  it('makes every call when none fails', async () => {
    let calls = 0;
    expect(
      await slowStart(10, async () => {
        calls += 1;
      }),
    ).toEqual({ succeeded: 10 });
    expect(calls).toBe(10);
  });
});
