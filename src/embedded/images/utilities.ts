import { nextTurn } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { ownValue } from '../../base/own-value.ts';
import { fetchLikeCurl, fetchLikeWget } from './http-utilities.ts';
import type { ExecIo, ImageContext } from './image-program.ts';
import { runShell } from './shell.ts';
import type { UtilityCall } from './utility-call.ts';

type Utility = (call: UtilityCall) => Promise<number> | number;

const SLEEP_UNITS_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Cats, echoes and the like, by name. They see the container's mounted files, its environment and the cluster's Clock. */
const UTILITIES: Readonly<Record<string, Utility>> = {
  true: () => 0,
  false: () => 1,
  echo({ args, io }) {
    let rest = [...args];
    let newline = '\n';
    let escapes = false;
    for (; /^-[neE]+$/.test(rest[0] ?? ''); rest = rest.slice(1)) {
      if (rest[0]!.includes('n')) newline = '';
      if (rest[0]!.includes('e')) escapes = true;
    }
    const text = rest.join(' ');
    io.stdout((escapes ? withEscapes(text) : text) + newline);
    return 0;
  },
  printf({ args: [format = '', ...values], io }) {
    let next = 0;
    io.stdout(withEscapes(format).replace(/%[sd%]/g, (code) => (code === '%%' ? '%' : (values[next++] ?? (code === '%d' ? '0' : '')))));
    return 0;
  },
  async cat({ ctx, args, io }) {
    const paths = args.filter((arg) => arg !== '-u');
    if (paths.length === 0 || (paths.length === 1 && paths[0] === '-')) {
      for await (const chunk of io.stdin ?? []) io.stdout(chunk);
      return 0;
    }
    let status = 0;
    for (const path of paths) {
      const content = fileContent(ctx, path);
      if (content !== undefined) {
        io.stdout(content);
        continue;
      }
      io.stderr(`cat: can't open '${path}': No such file or directory\n`);
      status = 1;
    }
    return status;
  },
  ls({ ctx, args, io }) {
    const paths = args.filter((arg) => !arg.startsWith('-'));
    const long = args.some((arg) => /^-\w*l/.test(arg));
    let status = 0;
    for (const path of paths.length > 0 ? paths : ['/']) {
      const entries = listing(ctx, path);
      if (entries === undefined) {
        io.stderr(`ls: ${path}: No such file or directory\n`);
        status = 1;
        continue;
      }
      for (const { name, size } of entries)
        io.stdout(long ? `${size === undefined ? 'drwxr-xr-x' : '-rw-r--r--'} ${String(size ?? 0).padStart(8)} ${name}\n` : `${name}\n`);
    }
    return status;
  },
  touch({ ctx, args, io }) {
    return eachFile(args, io, 'touch', (path) => writable(ctx)(path, fileContent(ctx, path) ?? ''));
  },
  rm({ ctx, args, io }) {
    const force = args.some((arg) => /^-\w*f/.test(arg));
    return eachFile(args, io, 'rm', (path) => {
      const below = (ctx.listFiles?.() ?? []).filter((file) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`));
      if (below.length === 0 && !force) throw new Error('No such file or directory');
      for (const file of below) writable(ctx)(file, undefined);
    });
  },
  cp: ({ ctx, args, io }) => copyFile(ctx, args, io, 'cp'),
  mv: ({ ctx, args, io }) => copyFile(ctx, args, io, 'mv'),
  mkdir: () => 0,
  async tee({ ctx, args, io }) {
    let text = '';
    for await (const chunk of io.stdin ?? []) text += Buffer.from(chunk).toString('utf8');
    io.stdout(text);
    const isAppend = args.includes('-a');
    return eachFile(args, io, 'tee', (path) => writable(ctx)(path, (isAppend ? (fileContent(ctx, path) ?? '') : '') + text));
  },
  env({ args, io, env }) {
    if (args.length > 0) {
      io.stderr('env: running a command is not modelled\n');
      return 125;
    }
    for (const [name, value] of Object.entries(env)) io.stdout(`${name}=${value}\n`);
    return 0;
  },
  printenv({ args, io, env }) {
    if (args.length === 0) {
      for (const [name, value] of Object.entries(env)) io.stdout(`${name}=${value}\n`);
      return 0;
    }
    const values = args.map((name) => ownValue(env, name));
    for (const value of values) if (value !== undefined) io.stdout(`${value}\n`);
    return values.includes(undefined) ? 1 : 0;
  },
  hostname({ ctx, args, io }) {
    io.stdout(`${args.includes('-i') ? ctx.pod.ip : (ctx.env.HOSTNAME ?? ctx.pod.name)}\n`);
    return 0;
  },
  date({ ctx, args, io }) {
    const iso = new Date(ctx.clock.nowMs()).toISOString();
    const format = args.find((arg) => arg.startsWith('+'));
    io.stdout(`${format === undefined ? `${new Date(ctx.clock.nowMs()).toUTCString()}` : dateText(format.slice(1), iso)}\n`);
    return 0;
  },
  async sleep({ ctx, args, io }) {
    let totalMs = 0;
    for (const arg of args) {
      const match = arg.match(/^(\d+(?:\.\d+)?)([smhd]?)$/);
      if (arg === 'infinity') totalMs = 2 ** 40;
      else if (match) totalMs += Number(match[1]) * SLEEP_UNITS_MS[match[2]!]!;
      else {
        io.stderr(`sleep: invalid number '${arg}'\n`);
        return 1;
      }
    }
    await ctx.clock.sleep(totalMs, io.signal);
    return 0;
  },
  seq({ args, io }) {
    const [first, last] = args.length === 1 ? [1, Number(args[0])] : [Number(args[0]), Number(args.at(-1))];
    for (let value = first; value <= last; value++) io.stdout(`${value}\n`);
    return 0;
  },
  test: ({ ctx, args }) => (test(ctx, args) ? 0 : 1),
  '[': ({ ctx, args }) => (test(ctx, args.at(-1) === ']' ? args.slice(0, -1) : args) ? 0 : 1),
  id({ io }) {
    io.stdout('uid=0(root) gid=0(root)\n');
    return 0;
  },
  whoami({ io }) {
    io.stdout('root\n');
    return 0;
  },
  pwd({ io }) {
    io.stdout('/\n');
    return 0;
  },
  uname({ args, io }) {
    io.stdout(args.includes('-a') ? 'Linux canary-lab x86_64\n' : 'Linux\n');
    return 0;
  },
  async grep({ ctx, args, io }) {
    const options = args.filter((arg) => arg.startsWith('-')).join('');
    const [pattern = '', ...paths] = args.filter((arg) => !arg.startsWith('-'));
    let input = '';
    if (paths.length > 0) input = paths.map((path) => fileContent(ctx, path) ?? '').join('');
    else for await (const chunk of io.stdin ?? []) input += Buffer.from(chunk).toString('utf8');
    const isMatch = (line: string): boolean =>
      (options.includes('i') ? line.toLowerCase().includes(pattern.toLowerCase()) : line.includes(pattern)) !== options.includes('v');
    const lines = input.replace(/\n$/, '').split('\n').filter(isMatch);
    if (options.includes('c')) io.stdout(`${lines.length}\n`);
    else if (!options.includes('q')) for (const line of lines) io.stdout(`${line}\n`);
    return lines.length > 0 ? 0 : 1;
  },
  wget: fetchLikeWget,
  curl: fetchLikeCurl,
  sh: (call) => shell(call),
  bash: (call) => shell(call),
  ash: (call) => shell(call),
  busybox: ({ ctx, args, io, env }) => runNamed(ctx, args, io, env),
};

/** Programs of well-known images that only prepare a stop: a no-op here, where endpoints are withdrawn first anyway. */
const NO_OPS: readonly string[] = ['wait-shutdown', 'sync'];

function nameOf(program: string | undefined): string {
  return program?.slice(program.lastIndexOf('/') + 1) ?? '';
}

/** Whether `program` (a name or a path) is one of the built-in utilities. */
export function isUtility(program: string | undefined): boolean {
  return Object.hasOwn(UTILITIES, nameOf(program));
}

/** Runs one of the built-in utilities; 127 for an unknown program, 143 when the signal ends it, 1 when it fails otherwise. */
export async function runUtility(ctx: ImageContext, argv: readonly string[], io: ExecIo): Promise<number> {
  try {
    return await runNamed(ctx, argv, io, ctx.env);
  } catch (error) {
    if (io.signal.aborted) return 143;
    io.stderr(`${nameOf(argv[0])}: ${messageOf(error)}\n`);
    return 1;
  }
}

async function runNamed(ctx: ImageContext, argv: readonly string[], io: ExecIo, env: Readonly<Record<string, string>>): Promise<number> {
  const name = nameOf(argv[0]);
  if (NO_OPS.includes(name)) return 0;
  if (!Object.hasOwn(UTILITIES, name)) {
    io.stderr(
      `exec: "${argv[0] ?? ''}": executable file not found in $PATH (canary-lab has these utilities: ${Object.keys(UTILITIES).sort().join(' ')})\n`,
    );
    return 127;
  }
  return UTILITIES[name]!({ ctx, args: argv.slice(1), io, env });
}

async function shell({ ctx, args, io, env }: UtilityCall): Promise<number> {
  const at = args.findIndex((arg) => /^-\w*c$/.test(arg));
  let script = at < 0 ? undefined : args[at + 1];
  let positional = at < 0 ? ['sh'] : args.slice(at + 2);
  if (at < 0 && args[0] !== undefined && !args[0].startsWith('-')) {
    script = fileContent(ctx, args[0]);
    positional = [...args];
    if (script === undefined) {
      io.stderr(`sh: can't open '${args[0]}': No such file or directory\n`);
      return 2;
    }
  }
  if (script === undefined) {
    script = '';
    for await (const chunk of io.stdin ?? []) script += Buffer.from(chunk).toString('utf8');
  }
  return runShell(
    script,
    positional.length > 0 ? positional : ['sh'],
    env,
    io,
    (argv, inner, variables) => runNamed(ctx, argv, inner, variables),
    nextTurn,
    { read: (path) => fileContent(ctx, path), write: (path, content) => writable(ctx)(path, content) },
  );
}

/** Does something to each file that is named; tells what went wrong with which. */
function eachFile(args: readonly string[], io: ExecIo, name: string, work: (path: string) => void): number {
  let status = 0;
  for (const path of args.filter((arg) => !arg.startsWith('-'))) {
    try {
      work(path);
    } catch (error) {
      io.stderr(`${name}: ${path}: ${messageOf(error)}\n`);
      status = 1;
    }
  }
  return status;
}

function copyFile(ctx: ImageContext, args: readonly string[], io: ExecIo, name: 'cp' | 'mv'): number {
  const [from = '', to = ''] = args.filter((arg) => !arg.startsWith('-'));
  return eachFile([from], io, name, () => {
    const content = fileContent(ctx, from);
    if (content === undefined) throw new Error('No such file or directory');
    const isDirectory = to.endsWith('/') || listing(ctx, to)?.some(({ name: entry }) => entry !== to) === true;
    writable(ctx)(isDirectory ? `${to.replace(/\/$/, '')}/${from.slice(from.lastIndexOf('/') + 1)}` : to, content);
    if (name === 'mv') writable(ctx)(from, undefined);
  });
}

function writable(ctx: ImageContext): (path: string, content: string | undefined) => void {
  return (path, content) => {
    if (ctx.writeFile === undefined) throw new Error('Read-only file system');
    ctx.writeFile(path, content);
  };
}

function fileContent(ctx: ImageContext, path: string): string | undefined {
  const mounted = ctx.readFile(path);
  if (mounted !== undefined) return mounted;
  if (path === '/etc/hostname') return `${ctx.env.HOSTNAME ?? ctx.pod.name}\n`;
  if (path === '/etc/resolv.conf')
    return `search ${ctx.pod.namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n`;
  if (path === '/etc/hosts') return `127.0.0.1\tlocalhost\n${ctx.pod.ip}\t${ctx.env.HOSTNAME ?? ctx.pod.name}\n`;
  return path === '/dev/null' ? '' : undefined;
}

/** What `ls` shows of a mounted directory or file. */
function listing(ctx: ImageContext, path: string): { name: string; size: number | undefined }[] | undefined {
  const files = ctx.listFiles?.() ?? [];
  const size = (file: string): number => Buffer.byteLength(ctx.readFile(file) ?? '');
  if (files.includes(path)) return [{ name: path, size: size(path) }];
  const root = path.endsWith('/') ? path : `${path}/`;
  const below = files.filter((file) => file.startsWith(root)).map((file) => file.slice(root.length));
  if (below.length === 0 && path !== '/') return undefined;
  const names = [...new Set(below.map((file) => file.split('/')[0]!))].sort();
  return names.map((name) => ({ name, size: below.includes(name) ? size(root + name) : undefined }));
}

function withEscapes(text: string): string {
  return text.replace(/\\([ntr\\])/g, (_, code: string) => ({ n: '\n', t: '\t', r: '\r', '\\': '\\' })[code]!);
}

function dateText(format: string, iso: string): string {
  const [year, month, day] = iso.slice(0, 10).split('-');
  const fields: Record<string, string> = {
    Y: year!,
    m: month!,
    d: day!,
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
    F: iso.slice(0, 10),
    T: iso.slice(11, 19),
    s: String(Math.floor(Date.parse(iso) / 1000)),
    '%': '%',
  };
  return format.replace(/%([YmdHMSFTs%])/g, (_, field: string) => fields[field]!);
}

function test(ctx: ImageContext, args: readonly string[]): boolean {
  if (args[0] === '!') return !test(ctx, args.slice(1));
  const [a = '', operator, b = ''] = args;
  if (args.length === 1) return a !== '';
  if (args.length === 2) {
    const value = operator ?? '';
    if (a === '-z') return value === '';
    if (a === '-n') return value !== '';
    const isFile = fileContent(ctx, value) !== undefined;
    if (a === '-f' || a === '-r' || a === '-s') return isFile;
    const isDirectory = !isFile && listing(ctx, value) !== undefined;
    if (a === '-d') return isDirectory;
    if (a === '-e') return isFile || isDirectory;
    return false;
  }
  switch (operator) {
    case '=':
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '-eq':
      return Number(a) === Number(b);
    case '-ne':
      return Number(a) !== Number(b);
    case '-lt':
      return Number(a) < Number(b);
    case '-le':
      return Number(a) <= Number(b);
    case '-gt':
      return Number(a) > Number(b);
    case '-ge':
      return Number(a) >= Number(b);
    default:
      return false;
  }
}
