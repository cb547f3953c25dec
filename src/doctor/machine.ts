import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { release } from 'node:os';
import { promisify } from 'node:util';
import { isPortFree } from '../cluster/host-port.ts';

/** What the doctor asks of the machine besides running programs. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  nodeVersion: string;
  /** As `uname -r` prints it. */
  kernel: string;
  /** Text of a file, or `undefined` when there is none. */
  readText(file: string): Promise<string | undefined>;
  isPortFree(port: number): Promise<boolean>;
  /** Name and id of the process that listens on the port, where that can be told. */
  portOwner(port: number): Promise<string | undefined>;
  processes(): Promise<{ pid: number; command: string }[]>;
}

const readText = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);

/** This machine. */
export const hostMachine: Machine = {
  platform: process.platform,
  arch: process.arch,
  nodeVersion: process.version,
  kernel: release(),
  readText,
  isPortFree,
  async portOwner(port) {
    if (process.platform !== 'linux') return undefined;
    const inodes = listeningInodes(`${(await readText('/proc/net/tcp')) ?? ''}\n${(await readText('/proc/net/tcp6')) ?? ''}`, port);
    if (inodes.size === 0) return undefined;
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [] as string[])) {
        const inode = (await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')).match(/^socket:\[(\d+)\]$/)?.[1];
        if (inode !== undefined && inodes.has(inode))
          return `${(await readText(`/proc/${pid}/comm`))?.trim() ?? 'a process'} (process ${pid})`;
      }
    }
    return undefined;
  },
  async processes() {
    if (process.platform === 'win32') return [];
    if (process.platform !== 'linux') {
      const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,command=']);
      return stdout.split('\n').flatMap((line) => {
        const match = line.match(/^\s*(\d+) (.*)$/);
        return match === null ? [] : [{ pid: Number(match[1]), command: match[2]! }];
      });
    }
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    return (
      await Promise.all(
        pids.map(async (pid) => ({
          pid: Number(pid),
          command: ((await readText(`/proc/${pid}/cmdline`)) ?? '').replaceAll('\0', ' ').trim(),
        })),
      )
    ).filter(({ command }) => command !== '');
  },
};

/** Inodes of the sockets that listen on a port, from the text of /proc/net/tcp and tcp6. */
export function listeningInodes(table: string, port: number): Set<string> {
  const inodes = new Set<string>();
  for (const line of table.split('\n')) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === '0A' && local !== undefined && inode !== undefined && Number.parseInt(local.split(':')[1] ?? '', 16) === port)
      inodes.add(inode);
  }
  return inodes;
}
