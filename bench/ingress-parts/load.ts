// Closed-loop load for machines without wrk: PORT SECONDS CONNECTIONS. Prints requests, p50 and p99 as JSON.
import net from 'node:net';
import { hostClock } from '../../src/base/clock.ts';

const [port, seconds, connections] = process.argv.slice(2).map(Number) as [number, number, number];
const request = 'GET /api/items HTTP/1.1\r\nHost: a.test\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n';
const latencies: number[] = [];
const sockets = Array.from({ length: connections }, () => {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true }, () => {
    sentAt = performance.now();
    socket.write(request);
  });
  let [sentAt, received, expected] = [0, 0, 0];
  socket.on('data', (chunk: Buffer) => {
    if (received === 0) {
      const head = chunk.toString('latin1', 0, chunk.indexOf('\r\n\r\n') + 4);
      expected = head.length + Number(/content-length: (\d+)/i.exec(head)![1]);
    }
    received += chunk.length;
    if (received < expected) return;
    received = 0;
    const now = performance.now();
    latencies.push(now - sentAt);
    sentAt = now;
    socket.write(request);
  });
  return socket;
});
hostClock.after(seconds * 1000, () => {
  for (const socket of sockets) socket.destroy();
  latencies.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      requests: latencies.length,
      p50Ms: latencies[Math.floor(latencies.length * 0.5)],
      p99Ms: latencies[Math.floor(latencies.length * 0.99)],
    }),
  );
});
