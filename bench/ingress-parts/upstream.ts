// An upstream that costs as little as possible: the same 1 KB answer to each chunk that ends a request.
import net, { type AddressInfo } from 'node:net';

const body = JSON.stringify({ pod: 'bench', padding: 'x'.repeat(1000) });
const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('data', () => socket.write(answer));
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
