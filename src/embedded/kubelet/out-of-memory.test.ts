import { expect, it } from 'vitest';
import { openKubeletRoom } from '../../../test/support/kubelet-room.ts';
import type { ImageContext, ImageProgram } from '../images/image-program.ts';

const MIB = 1024 ** 2;
/** Holds more memory with each second, from 10 MiB, and serves nothing. */
const growing = (mibPerSecond: number): ImageProgram => ({
  async run(ctx) {
    for (let held = 10; !ctx.signal.aborted; held += mibPerSecond) {
      ctx.reportUsage?.({ memoryBytes: held * MIB });
      await ctx.clock.sleep(1000, ctx.signal);
    }
    return 0;
  },
});
const limited = (memory: string) => ({ name: 'app', image: 'example.com/growing', resources: { limits: { memory } } });
const programs = { 'example.com/growing': growing(10) };

it('kills a container that holds more memory than its limit, and starts it again with back-off', async () => {
  await using room = await openKubeletRoom(programs);
  await room.bind({ containers: [limited('50Mi')] });
  await room.advance(4000);
  expect(room.pod().status?.containerStatuses?.[0]).toMatchObject({ ready: true, restartCount: 0 });
  await room.advance(1500);
  expect(room.pod().status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
  await room.advance(1000);
  expect(room.pod().status?.containerStatuses?.[0]).toMatchObject({
    restartCount: 1,
    state: { running: {} },
    lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
  });
  await room.advance(8000);
  expect(room.pod().status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('CrashLoopBackOff');
  expect(room.eventTexts()).toContainEqual(
    expect.stringMatching(/^BackOff: Back-off restarting failed container app in pod web-1_default/),
  );
});

it('may hold exactly its limit, and anything without one', async () => {
  await using room = await openKubeletRoom({ 'example.com/growing': growing(0) });
  await room.bind({ containers: [limited('10Mi'), { name: 'free', image: 'example.com/growing' }] });
  await room.advance(60_000);
  expect(room.pod().status?.containerStatuses?.map(({ restartCount, ready }) => [restartCount, ready])).toEqual([
    [0, true],
    [0, true],
  ]);
});

it('fails a Pod that is not to be started again', async () => {
  await using room = await openKubeletRoom(programs);
  await room.bind({ restartPolicy: 'Never', containers: [limited('20Mi')] });
  await room.advance(3000);
  expect(room.pod().status).toMatchObject({
    phase: 'Failed',
    containerStatuses: [{ state: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }],
  });
});

it('starts a killed init container again before anything else', async () => {
  let runs = 0;
  const once: ImageProgram = {
    async run(ctx) {
      runs += 1;
      ctx.reportUsage?.({ memoryBytes: (runs === 1 ? 100 : 10) * MIB });
      return 0;
    },
  };
  await using room = await openKubeletRoom({ 'example.com/growing': once });
  await room.bind({ initContainers: [limited('50Mi')], containers: [{ name: 'main', image: 'example.com/web' }] });
  expect(room.pod().status?.initContainerStatuses?.[0]?.state?.terminated?.reason).toBe('OOMKilled');
  await room.advance(15_000);
  expect(room.pod().status?.initContainerStatuses?.[0]).toMatchObject({ restartCount: 1, state: { terminated: { exitCode: 0 } } });
  expect(room.pod().status?.phase).toBe('Running');
});

it('tells what containers use, and nothing of those that have ended', async () => {
  let inside: ImageContext | undefined;
  const steady: ImageProgram = {
    async run(ctx) {
      inside = ctx;
      ctx.reportUsage?.({ cpuMillicores: 120, memoryBytes: 30 * MIB });
      await ctx.clock.sleep(60_000);
      return 0;
    },
  };
  await using room = await openKubeletRoom({ 'example.com/steady': steady });
  await room.bind({ restartPolicy: 'Never', containers: [{ name: 'app', image: 'example.com/steady' }] });
  expect(room.kubelet.nodeAgent.usage(room.pod())).toBeUndefined();
  await room.advance(15_000);
  expect(room.kubelet.nodeAgent.usage(room.pod())).toMatchObject({
    windowMs: 15_000,
    containers: [{ name: 'app', cpuMillicores: 120, memoryBytes: 30 * MIB }],
  });
  await room.advance(60_000);
  inside!.reportUsage!({ memoryBytes: 1 });
  expect(room.kubelet.nodeAgent.usage(room.pod())).toBeUndefined();
});
