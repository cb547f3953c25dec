import { expect, it } from 'vitest';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';
import { UsageMeter } from './usage-meter.ts';

const START = Date.UTC(2025, 0, 1);
function open(startMs = START) {
  const clock = new VirtualClock({ host: hostClock, activity: new Activity(), startMs, rate: 0 });
  return { clock, meter: new UsageMeter(clock), pass: (ms: number) => clock.advanceTo(clock.nowMs() + ms) };
}

it('shows nothing until a whole window has passed', async () => {
  const { meter, pass } = open(START + 1);
  await pass(29_998);
  expect(meter.read()).toBeUndefined();
  await pass(1);
  expect(meter.read()).toMatchObject({ atMs: START + 30_000, windowMs: 15_000 });
});

it('shows a steady use as it is, whenever it is asked', async () => {
  const { meter, pass } = open();
  meter.report({ cpuMillicores: 250 });
  for (const ms of [15_000, 1000, 13_999, 1, 300_000]) {
    await pass(ms);
    expect(meter.read()?.cpuMillicores).toBe(250);
  }
});

it('averages what changed within a window', async () => {
  const { meter, pass } = open();
  meter.report({ cpuMillicores: 0 });
  await pass(10_000);
  meter.report({ cpuMillicores: 300 });
  await pass(5000);
  meter.report({ cpuMillicores: 0 });
  expect(meter.read()?.cpuMillicores).toBe(100);
  await pass(15_000);
  expect(meter.read()?.cpuMillicores).toBe(0);
});

it('adds what was spent at once', async () => {
  const { meter, pass } = open();
  meter.report({ cpuMillicores: 0 });
  for (let request = 0; request < 30; request++) {
    meter.report({ cpuMs: 20 });
    await pass(500);
  }
  expect(meter.read()?.cpuMillicores).toBe(40);
});

it('shows the memory that is held now, and an idle program as one that uses next to nothing', async () => {
  const { meter, pass } = open();
  await pass(15_000);
  expect(meter.read()).toMatchObject({ cpuMillicores: 1, memoryBytes: 10 * 1024 ** 2 });
  meter.report({ memoryBytes: 5e8 });
  expect(meter.read()?.memoryBytes).toBe(5e8);
});
