import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { HeaderCodec, type SpdyHeaders } from './header-codec.ts';
import { headerDictionary } from './header-dictionary.ts';
import { SpdyConnection, type SpdyStream } from './spdy-connection.ts';

function control(type: number, body: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(body.length, 4);
  head[4] = flags;
  return Buffer.concat([head, body]);
}

async function synStream(codec: HeaderCodec, id: number, headers: SpdyHeaders, flags = 0): Promise<Buffer> {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt32BE(id, 0);
  return control(1, Buffer.concat([fixed, await codec.encode(headers)]), flags);
}

function data(id: number, payload: string, isLast = false): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id, 0);
  head.writeUInt32BE(payload.length, 4);
  head[4] = isLast ? 1 : 0;
  return Buffer.concat([head, Buffer.from(payload)]);
}

/** Both ends of a connection over loopback; `streamsAre(n)` resolves when the client has opened n streams. */
async function open(): Promise<{
  client: Socket;
  streams: SpdyStream[];
  received: () => Buffer;
  streamsAre: (count: number) => Promise<void>;
}> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  server.close();
  const streams: SpdyStream[] = [];
  const waiting: (() => void)[] = [];
  new SpdyConnection(accepted, (stream) => {
    streams.push(stream);
    for (const wake of waiting.splice(0)) wake();
  });
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    client,
    streams,
    received: () => Buffer.concat(chunks),
    async streamsAre(count) {
      while (streams.length < count)
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
    },
  };
}

it('presets zlib with the 1423 bytes of the draft', () => {
  expect(headerDictionary()).toHaveLength(1423);
});

it('hands over streams with their headers, in the order in which they were opened', async () => {
  const { client, streams, streamsAre } = await open();
  const codec = new HeaderCodec();
  const first = await synStream(codec, 1, { streamtype: 'error', port: '80', requestid: '0' }, 1);
  const second = await synStream(codec, 3, { streamtype: 'data', port: '80', requestid: '0' });
  client.write(first);
  client.write(second);
  await streamsAre(2);
  expect(streams.map(({ id, headers }) => [id, headers])).toEqual([
    [1, { streamtype: 'error', port: '80', requestid: '0' }],
    [3, { streamtype: 'data', port: '80', requestid: '0' }],
  ]);
  expect(await text(streams[0]!)).toBe('');
});

it('puts frames together that arrive one byte at a time', async () => {
  const { client, streams, streamsAre } = await open();
  for (const byte of Buffer.concat([
    await synStream(new HeaderCodec(), 1, { streamtype: 'data' }),
    data(1, 'hello '),
    data(1, 'world', true),
  ]))
    client.write(Buffer.of(byte));
  await streamsAre(1);
  expect(await text(streams[0]!)).toBe('hello world');
});

it('answers a stream with a reply, then its data, then FIN', async () => {
  const { client, streams, received, streamsAre } = await open();
  client.write(await synStream(new HeaderCodec(), 5, { streamtype: 'data' }));
  await streamsAre(1);
  streams[0]!.end('pong');
  while (
    !received().includes('pong') ||
    !received()
      .subarray(-8)
      .equals(data(5, '', true))
  )
    await once(client, 'data');
  const bytes = received();
  expect(bytes.readUInt16BE(2)).toBe(2);
  const rest = bytes.subarray(8 + bytes.readUIntBE(5, 3));
  expect(rest).toEqual(Buffer.concat([data(5, 'pong'), data(5, '', true)]));
});

it('returns a PING as it came', async () => {
  const { client, received } = await open();
  const ping = control(6, Buffer.from([0, 0, 0, 9]));
  client.write(ping);
  await once(client, 'data');
  expect(received()).toEqual(ping);
});

it('ends the stream that the client resets, and all of them with the connection', async () => {
  const { client, streams, streamsAre } = await open();
  const codec = new HeaderCodec();
  client.write(await synStream(codec, 1, { streamtype: 'data' }));
  client.write(await synStream(codec, 3, { streamtype: 'data' }));
  await streamsAre(2);
  const [first, second] = streams as [SpdyStream, SpdyStream];
  const reset = once(first, 'close');
  client.write(control(3, Buffer.from([0, 0, 0, 1, 0, 0, 0, 5])));
  await reset;
  const gone = once(second, 'close');
  client.destroy();
  await gone;
});

it('drops a connection that announces an absurd frame', async () => {
  const { client } = await open();
  client.write(Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff]));
  await once(client, 'close');
});
