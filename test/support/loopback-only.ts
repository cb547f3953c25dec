import net from 'node:net';

// Tests talk to this machine only: any connect outside loopback throws, whatever library asked for it.
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function loopbackOnly(this: net.Socket, ...args: unknown[]): net.Socket {
  const [first] = (Array.isArray(args[0]) ? args[0] : args) as unknown[];
  const host =
    typeof first === 'object' && first !== null
      ? (first as { host?: string; path?: string }).host
      : typeof args[1] === 'string'
        ? args[1]
        : undefined;
  if (host !== undefined && !/^(localhost|127(\.\d+){3}|::1)$/.test(host))
    throw new Error(`A test tried to connect to "${host}", which is outside loopback.`);
  return Reflect.apply(connect, this, args) as net.Socket;
} as typeof connect;
