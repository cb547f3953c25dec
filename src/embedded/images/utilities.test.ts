import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { openKubeletRoom, servingProgram } from '../../../test/support/kubelet-room.ts';
import { configMaps } from '../../kube/resource-type.ts';

interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs argv by exec in a busybox Pod that has /data/greeting mounted; `web-2` of the room's network answers 200, or 500 on /error. */
async function inPod(use: (run: (argv: string[], stdin?: string) => Promise<Outcome>, address: string) => Promise<void>): Promise<void> {
  await using room = await openKubeletRoom({
    web: servingProgram((request, response) => {
      response.statusCode = request.url === '/error' ? 500 : 200;
      response.end(`${request.headers['x-canary'] ?? 'none'}\n`);
    }),
  });
  room.api.seed(configMaps, { metadata: { namespace: 'default', name: 'data' }, data: { greeting: 'hello\n' } });
  await room.bind({ containers: [{ name: 'app', image: 'web', ports: [{ containerPort: 8080 }] }] }, { name: 'web-2' });
  await room.bind({
    containers: [
      {
        name: 'box',
        image: 'busybox:1.36',
        command: ['sleep', 'infinity'],
        env: [{ name: 'COLOR', value: 'blue' }],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
    ],
    volumes: [{ name: 'data', configMap: { name: 'data' } }],
  });
  await use(async (argv, stdin) => {
    const outcome: Outcome = { code: 0, out: '', err: '' };
    async function* input(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(stdin ?? '');
    }
    outcome.code = await room.kubelet.nodeAgent.exec(room.pod(), 'box', argv, {
      stdin: stdin === undefined ? undefined : input(),
      stdout: (chunk) => {
        outcome.out += String(chunk);
      },
      stderr: (chunk) => {
        outcome.err += String(chunk);
      },
      signal: new AbortController().signal,
    });
    return outcome;
  }, room.pod('web-2').status!.podIP!);
}

it.each([
  [['echo', 'hi'], 'hi\n'],
  [['echo', '-n', 'a', 'b'], 'a b'],
  [['cat', '/data/greeting'], 'hello\n'],
  [['ls', '/data'], 'greeting\n'],
  [['hostname'], 'web-1\n'],
  [['date', '+%Y-%m-%d'], '2025-01-01\n'],
  [['printenv', 'COLOR'], 'blue\n'],
  [['sh', '-c', 'echo one; echo two && echo three || echo four'], 'one\ntwo\nthree\n'],
  [['sh', '-c', 'false && echo no || echo "yes $COLOR"'], 'yes blue\n'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's variables, not ours
  [['sh', '-c', "echo '$COLOR' ${COLOR} ${NONE:-gone} $((2 + 3 * 4))"], '$COLOR blue gone 14\n'],
  [['sh', '-c', 'for i in 1 2 3; do echo n$i; done'], 'n1\nn2\nn3\n'],
  [['sh', '-c', 'i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i'], '3\n'],
  [['sh', '-c', 'if test -f /data/greeting; then cat < /data/greeting; else echo none; fi'], 'hello\n'],
  [['sh', '-c', 'echo "$(cat /data/greeting)!" | cat'], 'hello!\n'],
  [['sh', '-c', 'echo b; echo a > /tmp/f; echo c >> /tmp/f; cp /tmp/f /tmp/g; cat /tmp/g'], 'b\na\nc\n'],
  [['sh', '-c', 'echo $0 $1', 'name', 'first'], 'name first\n'],
  [['/bin/sh', '-ec', 'echo hidden >/dev/null 2>&1; echo shown'], 'shown\n'],
])('runs %j', (argv, out) =>
  inPod(async (run) => {
    expect(await run(argv)).toEqual({ code: 0, out, err: '' });
  }),
);

it.each([
  [['false'], 1, ''],
  [['sh', '-c', 'exit 7'], 7, ''],
  [['cat', '/none'], 1, "cat: can't open '/none': No such file or directory\n"],
  [['sh', '-c', 'echo x > /data/greeting'], 1, "sh: can't create /data/greeting: Read-only file system\n"],
])('gives %j the exit code %i', (argv, code, err) =>
  inPod(async (run) => {
    expect(await run(argv)).toEqual({ code, out: '', err });
  }),
);

it('copies stdin through cat', () =>
  inPod(async (run) => {
    expect((await run(['cat'], 'abc\n')).out).toBe('abc\n');
  }));

it('names its utilities when a program is unknown', () =>
  inPod(async (run) => {
    const { code, err } = await run(['kafka-topics']);
    expect(code).toBe(127);
    expect(err).toMatch(/"kafka-topics": executable file not found in \$PATH .* wget whoami\)/);
  }));

it('asks HTTP servers as wget and curl do', () =>
  inPod(async (run, address) => {
    const url = `http://${address}:8080`;
    expect(await run(['wget', '-qO-', '--header', 'X-Canary: always', `${url}/`])).toMatchObject({ code: 0, out: 'always\n' });
    expect(await run(['wget', '-q', '-O', '-', `${url}/error`])).toMatchObject({
      code: 1,
      err: 'wget: server returned error: HTTP/1.1 500\n',
    });
    expect(await run(['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}\\n', `${url}/error`])).toMatchObject({ code: 0, out: '500\n' });
    expect(await run(['curl', '-sf', `${url}/error`])).toMatchObject({ code: 22, out: '' });
    expect(await run(['curl', '-s', '-H', 'X-Canary: never', url])).toMatchObject({ code: 0, out: 'never\n' });
    expect((await run(['curl', `http://${address}:1/`])).code).toBe(7);
    expect((await run(['curl', 'http://nowhere/'])).code).toBe(6);
  }));

it('makes one request per second of cluster time while time jumps', async () => {
  let requests = 0;
  await using room = await openKubeletRoom({
    web: {
      run: async (ctx) => {
        await ctx.listen(
          8080,
          createServer((_request, response) => {
            requests += 1;
            response.end('ok');
          }),
        );
        return new Promise(() => {});
      },
    },
  });
  const pod = await room.bind({ containers: [{ name: 'app', image: 'web' }] }, { name: 'web-2' });
  await room.bind(
    {
      containers: [
        {
          name: 'load',
          image: 'curlimages/curl:8.5.0',
          command: ['sh', '-c', `while true; do curl -s http://${pod.status!.podIP}:8080/ >/dev/null; sleep 1; done`],
        },
      ],
    },
    { name: 'load' },
  );
  await room.advance(30_000);
  expect(requests).toBeGreaterThanOrEqual(30);
  expect(requests).toBeLessThanOrEqual(32);
});
