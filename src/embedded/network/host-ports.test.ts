import net, { type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';
import { AcceptedSockets } from './hand-over.ts';
import { HostPorts, RELEASED } from './host-ports.ts';

let clock: VirtualClock;
let hostPorts: HostPorts;
const clients: Socket[] = [];
beforeEach(() => {
  clock = new VirtualClock({ host: hostClock, activity: new Activity(), rate: 0 });
  hostPorts = new HostPorts({ 80: 18_080 }, clock);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await hostPorts.close();
  clock.stop();
});

/** A program that answers each piece with its name, and returns idle connections when told to. */
function aProgram(name: string) {
  const accepted: Socket[] = [];
  const server = net.createServer((socket) => {
    accepted.push(socket);
    socket.on('data', (chunk) => socket.write(`${name}:${String(chunk)}`));
  });
  const release = (): void => {
    for (const socket of accepted.splice(0)) {
      socket.pause();
      socket.removeAllListeners('data');
      server.emit(RELEASED, socket);
    }
  };
  return { target: { server, sockets: new AcceptedSockets() }, accepted, release };
}

async function connect(): Promise<Socket> {
  const port = (await hostPorts.portOf(80))!;
  const socket = net.connect(port, '127.0.0.1');
  clients.push(socket);
  await new Promise((resolve) => {
    socket.once('connect', resolve);
  });
  return socket;
}
/** The next piece that comes, or the code of the error. */
const next = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('data', (chunk) => resolve(String(chunk)));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });

it('resets a connection while no Pod has ever been there', async () => {
  await hostPorts.openAll();
  const socket = net.connect((await hostPorts.portOf(80))!, '127.0.0.1');
  clients.push(socket);
  expect(await next(socket)).toBe('ECONNRESET');
});

it('lets a connection wait for the Pod that follows one that has left', async () => {
  const leave = await hostPorts.add(80, aProgram('old').target);
  leave();
  const socket = await connect();
  socket.write('hello');
  const answer = next(socket);
  await hostPorts.add(80, aProgram('new').target);
  expect(await answer).toBe('new:hello');
});

it('resets what still waits after five seconds', async () => {
  const leave = await hostPorts.add(80, aProgram('old').target);
  leave();
  const answer = next(await connect());
  await clock.advanceTo(clock.nowMs() + 5001);
  expect(await answer).toBe('ECONNRESET');
});

it('hands a connection that its Pod returns to the next one, with the bytes that came in between', async () => {
  const old = aProgram('old');
  const leave = await hostPorts.add(80, old.target);
  const socket = await connect();
  socket.write('one');
  expect(await next(socket)).toBe('old:one');
  old.release();
  socket.write('two');
  const answer = next(socket);
  leave();
  old.target.sockets.endAll(true);
  await hostPorts.add(80, aProgram('new').target);
  expect(await answer).toBe('new:two');
});

it('hands it over at once where the next Pod is already there', async () => {
  const old = aProgram('old');
  await hostPorts.add(80, old.target);
  const socket = await connect();
  socket.write('one');
  expect(await next(socket)).toBe('old:one');
  await hostPorts.add(80, aProgram('new').target);
  old.release();
  socket.write('two');
  expect(await next(socket)).toBe('new:two');
});
