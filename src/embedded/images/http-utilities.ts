import { nextTurn } from '../../base/clock.ts';
import { parseDuration } from '../../base/duration.ts';
import { ownValue } from '../../base/own-value.ts';
import type { ImageContext } from './image-program.ts';
import type { UtilityCall } from './utility-call.ts';

/** Turns of the event loop that virtual time waits for an answer; a longer one is taken to wait on the Clock itself. */
const PATIENCE_TURNS = 2000;

type Answer = Awaited<ReturnType<ImageContext['fetch']>>;
interface Request {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number | undefined;
}

/** One request whose in-flight time holds virtual time still, so that a loop of requests keeps its rate while time jumps. */
async function ask({ ctx, io }: UtilityCall, { url, timeoutMs, ...init }: Request): Promise<Answer> {
  const end = ctx.activity.begin(`request of ${ctx.pod.name}`);
  let isDone = false;
  void (async () => {
    for (let turn = 0; turn < PATIENCE_TURNS && !isDone; turn++) await nextTurn();
    end();
  })();
  const timeout = new AbortController();
  const timer = timeoutMs === undefined ? undefined : ctx.clock.after(timeoutMs, () => timeout.abort(new Error('timed out')));
  try {
    return await ctx.fetch(url, { ...init, signal: AbortSignal.any([timeout.signal, io.signal]) });
  } finally {
    isDone = true;
    timer?.cancel();
  }
}

function withScheme(url: string): string {
  return /^https?:\/\//.test(url) ? url : `http://${url}`;
}

function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^[\d.]+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
}

function whyRefused(error: unknown): { code: number; curl: string; wget: string } {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND') return { code: 6, curl: 'Could not resolve host', wget: 'bad address' };
  if (code === 'ECONNREFUSED')
    return { code: 7, curl: 'Failed to connect: Connection refused', wget: "can't connect to remote host: Connection refused" };
  if (code === 'ECONNRESET')
    return { code: 56, curl: 'Recv failure: Connection reset by peer', wget: 'error getting response: Connection reset by peer' };
  return { code: 28, curl: 'Operation timed out', wget: 'download timed out' };
}

/** busybox wget: `-q`, `-O FILE` (only `-` and /dev/null), `--spider`, `-S`, `-T SECONDS`, `--header`, `--post-data`. */
export async function fetchLikeWget(call: UtilityCall): Promise<number> {
  const { args, io } = call;
  const request: Request = { url: '', headers: {} };
  let output = 'file';
  let isQuiet = false;
  let isSpider = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    const value = (): string => (arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : (args[++at] ?? ''));
    if (arg === '--spider') isSpider = true;
    else if (arg.startsWith('--header')) addHeader(request, value());
    else if (arg.startsWith('--post-data')) {
      request.method = 'POST';
      request.body = value();
    } else if (arg === '-T' || arg.startsWith('--timeout')) request.timeoutMs = seconds(value());
    else if (arg === '-t' || arg.startsWith('--tries')) value();
    else if (/^-[a-zA-Z]/.test(arg)) {
      if (arg.includes('q')) isQuiet = true;
      const at0 = arg.indexOf('O');
      if (at0 >= 0) output = arg.length > at0 + 1 ? arg.slice(at0 + 1) : (args[++at] ?? '-');
    } else if (arg.startsWith('--no-') || arg === '--quiet') isQuiet ||= arg === '--quiet';
    else request.url = withScheme(arg);
  }
  if (request.url === '') {
    io.stderr('wget: missing URL\n');
    return 1;
  }
  const { host } = new URL(request.url);
  if (!isQuiet) io.stderr(`Connecting to ${host}\n`);
  try {
    const answer = await ask(call, request);
    if (answer.status >= 400) {
      io.stderr(`wget: server returned error: HTTP/1.1 ${answer.status}\n`);
      return 1;
    }
    if (!isSpider && output === '-') io.stdout(await answer.text());
    else if (!isQuiet && output !== '/dev/null') io.stderr('the answer was read and dropped: containers have no writable files\n');
    return 0;
  } catch (error) {
    io.signal.throwIfAborted();
    const why = whyRefused(error).wget;
    io.stderr(why === 'bad address' ? `wget: bad address '${host}'\n` : `wget: ${why}\n`);
    return 1;
  }
}

/** curl: `-s -S -f -i -I -o -w -H -X -d -A -m --connect-timeout -k -L -v`; `-w` knows http_code, response_code and \\n. */
export async function fetchLikeCurl(call: UtilityCall): Promise<number> {
  const { args, io } = call;
  const request: Request = { url: '', headers: { accept: '*/*', 'user-agent': 'curl/8' } };
  let format = '';
  let output: string | undefined;
  const flags = new Set<string>();
  const LONG: Readonly<Record<string, string>> = {
    silent: 's',
    'show-error': 'S',
    fail: 'f',
    include: 'i',
    head: 'I',
    output: 'o',
    'write-out': 'w',
    header: 'H',
    request: 'X',
    data: 'd',
    'user-agent': 'A',
    'max-time': 'm',
    insecure: 'k',
    location: 'L',
    verbose: 'v',
    version: 'V',
    'connect-timeout': 'm',
    'data-raw': 'd',
    retry: 'r',
  };
  const take = (flag: string, value: () => string): void => {
    switch (flag) {
      case 'o':
        output = value();
        break;
      case 'w':
        format = value();
        break;
      case 'H':
        addHeader(request, value());
        break;
      case 'X':
        request.method = value();
        break;
      case 'A':
        request.headers!['user-agent'] = value();
        break;
      case 'm':
        request.timeoutMs = seconds(value());
        break;
      case 'r':
        value();
        break;
      case 'd':
        request.body = value();
        request.method ??= 'POST';
        break;
      default:
        flags.add(flag);
    }
  };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg.startsWith('--')) {
      const [name, inline] = arg.slice(2).split(/=(.*)/s);
      const flag = ownValue(LONG, name!);
      if (flag === undefined) {
        io.stderr(`curl: option ${arg}: is unknown\n`);
        return 2;
      }
      take(flag, () => inline ?? args[++at] ?? '');
    } else if (arg.startsWith('-') && arg.length > 1) {
      for (let letter = 1; letter < arg.length; letter++) {
        let taken = false;
        take(arg[letter]!, () => {
          taken = true;
          return letter + 1 < arg.length ? arg.slice(letter + 1) : (args[++at] ?? '');
        });
        if (taken) break;
      }
    } else request.url = withScheme(arg);
  }
  if (flags.has('V')) {
    io.stdout('curl 8 (canary-lab)\n');
    return 0;
  }
  if (request.url === '') {
    io.stderr('curl: (2) no URL specified\n');
    return 2;
  }
  if (flags.has('I')) request.method = 'HEAD';
  try {
    const answer = await ask(call, request);
    if (flags.has('f') && answer.status >= 400) {
      if (!flags.has('s') || flags.has('S')) io.stderr(`curl: (22) The requested URL returned error: ${answer.status}\n`);
      if (format !== '') io.stdout(written(format, answer.status));
      return 22;
    }
    if (flags.has('i') || flags.has('I'))
      io.stdout(
        `HTTP/1.1 ${answer.status}\r\n${Object.entries(answer.headers)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')}\r\n`,
      );
    if (!flags.has('I') && (output === undefined || output === '-')) io.stdout(await answer.text());
    if (format !== '') io.stdout(written(format, answer.status));
    return 0;
  } catch (error) {
    io.signal.throwIfAborted();
    const { code, curl } = whyRefused(error);
    if (!flags.has('s') || flags.has('S')) io.stderr(`curl: (${code}) ${curl}\n`);
    if (format !== '') io.stdout(written(format, 0));
    return code;
  }
}

function addHeader(request: Request, text: string): void {
  const at = text.indexOf(':');
  if (at > 0) request.headers = { ...request.headers, [text.slice(0, at).trim().toLowerCase()]: text.slice(at + 1).trim() };
}

function written(format: string, status: number): string {
  return format
    .replace(/%\{(http_code|response_code)\}/g, String(status).padStart(3, '0'))
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t');
}
