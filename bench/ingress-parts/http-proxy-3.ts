// http-proxy-3 in front of the upstream, as its documentation shows it, with a keep-alive agent.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyServer } from 'http-proxy-3';

const proxy = createProxyServer({
  target: `http://127.0.0.1:${process.argv[2]}`,
  xfwd: true,
  agent: new http.Agent({ keepAlive: true, maxSockets: 320 }),
});
proxy.on('error', () => {});
const server = http.createServer((request, response) => proxy.web(request, response));
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
