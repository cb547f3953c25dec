import { expect, it } from 'vitest';
import type { Log } from '../src/base/log.ts';
import { becomeLeader } from '../src/embedded/images/leader-lease.ts';
import { leases } from '../src/kube/resource-type.ts';
import { alreadyExists } from '../src/kube/status-error.ts';
import { openControllerRoom } from './support/controller-room.ts';

it('a candidate that finds the Lease taken while it creates it waits without a warning, and leads once it is free', async () => {
  await using room = await openControllerRoom(() => []);
  const warnings: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (text) => {
      warnings.push(text);
    },
    error: (text) => {
      warnings.push(text);
    },
    named: () => log,
  };
  const key = { namespace: 'lab', name: 'lock' };
  const end = new AbortController();
  // The other one was faster between the look and the write.
  room.api.failNext((write) => write.startsWith('create leases'), alreadyExists(leases, 'lock'));
  let leads = false;
  const led = becomeLeader(room.api, key, 'second', { clock: room.clock, log }, end.signal).then(() => {
    leads = true;
  });
  await room.settled();
  expect([leads, warnings]).toEqual([false, []]);
  await room.advance(2500);
  await led;
  expect([leads, (await room.api.get(leases, key))?.spec?.holderIdentity]).toEqual([true, 'second']);
  end.abort();
});
